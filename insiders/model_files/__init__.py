"""Formats in which models are kept: none of them can carry code, and each is read as if it came from a stranger."""
