"""Secrets: which texts are ones, how they may be disguised, and how they are kept out of what is written."""
