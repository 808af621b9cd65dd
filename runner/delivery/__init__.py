"""Delivery: what notebooks ask to publish, and how it reaches archive and database once."""
