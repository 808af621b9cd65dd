"""Circumstances: when a notebook runs, with which parameters, and where its copy goes. Knows nothing about retail."""
