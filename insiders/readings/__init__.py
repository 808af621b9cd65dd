"""Sentences that read a table or a figure, computed from the data they speak of."""
