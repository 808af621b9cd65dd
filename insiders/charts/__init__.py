"""Figures of the notebooks: one file per notebook, tables in, a matplotlib figure out."""
