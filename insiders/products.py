"""What the products of a shop are called."""

from __future__ import annotations

import pandas as pd


def descriptions(lines: pd.DataFrame) -> dict[str, str]:
    """By product the description that most lines have: a few lines name another colour, or what was wrong.

    Wants the columns product and description, which may be missing; a product without any is left out.
    """
    return most_frequent(lines.groupby(["product", "description"], observed=True).size().rename("lines").reset_index())


def most_frequent(counts: pd.DataFrame) -> dict[str, str]:
    """The same from the number of ``lines`` by product and description, in the order of both."""
    most = counts.sort_values("lines", kind="stable").drop_duplicates("product", keep="last")
    return dict(zip(most["product"], most["description"], strict=True))
