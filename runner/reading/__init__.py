"""Notebooks and pipeline files as they lie in the checkout."""
