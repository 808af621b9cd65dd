"""Customers: what is measured of them, and how they stood on any day."""
