"""What products are called."""

from __future__ import annotations

import pandas as pd

from insiders.products import descriptions


def test_a_product_bears_the_description_of_most_of_its_lines() -> None:
    """Not the last one, which may name another colour; of two as frequent always the same."""
    told = [("A", "WHITE"), ("A", "WHITE"), ("A", "CREAM"), ("B", "MUG"), ("B", "CUP"), ("C", None)]
    assert descriptions(pd.DataFrame(told, columns=["product", "description"])) == {"A": "WHITE", "B": "MUG"}
