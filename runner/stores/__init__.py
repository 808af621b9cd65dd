"""Stores: where a run's files are kept for good, each content once: the output folder, or an S3 bucket."""
