"""Clusters become segments: chosen, named, profiled, and tried for how firmly they stand."""
