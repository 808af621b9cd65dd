"""Eligibility in words: conditions, how well they stand for a group, and what would bring a customer in or out."""
