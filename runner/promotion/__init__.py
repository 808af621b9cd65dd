"""Promotion: which run's results are current, what had to hold for that, and who said so."""
