"""A step of an earlier run, brought back for a person to work on, and what came of it taken home."""
