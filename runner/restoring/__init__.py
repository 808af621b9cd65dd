"""Restoring: a database of results, or the output folder of a host, rebuilt from what the other places keep."""
