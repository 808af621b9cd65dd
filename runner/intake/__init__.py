"""Inputs: what a pipeline names is fetched, digested and handed to the notebooks as a local path."""
