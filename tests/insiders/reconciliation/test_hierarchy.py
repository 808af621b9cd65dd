from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.reconciliation.hierarchy import hierarchy_of
from insiders.series import at_levels, panel_calendar, sales_of_panel
from insiders.series.levels import Leveled
from tests.insiders.panel_shop import LEVELS, panel_of


def leveled() -> Leveled:
    panel = panel_of(weeks=2)
    return at_levels(sales_of_panel(panel), LEVELS, panel_calendar(panel).open_days, since_launch=False)


def test_the_summing_matrix_repeats_what_every_level_sold() -> None:
    """Bottom series times the matrix are all series, crossed levels included, in the order of its names."""
    shop = leveled()
    tree = hierarchy_of(shop.static, "store/product")
    wide = shop.values.pivot(index="unique_id", columns="ds", values="y")
    assert tree.summing.shape == (1 + 2 + 2 + 3 + 4 + 6, 6)
    np.testing.assert_array_equal(tree.total(wide.loc[tree.bottom].to_numpy()), wide.loc[tree.names].to_numpy())


def test_levels_that_do_not_add_up_are_named() -> None:
    """Products do not add up to stores, nothing adds up to the Insiders, and a bottom must be there."""
    static = leveled().static
    with pytest.raises(AnalysisError, match="level product do not add up to those of level store, store/category"):
        hierarchy_of(static[static["level"] != "store/product"], "product")
    people = static[static["level"] == "total"].assign(unique_id="insiders", level="insiders")
    with pytest.raises(AnalysisError, match="level insiders"):
        hierarchy_of(pd.concat([static, people]), "store/product")
    with pytest.raises(AnalysisError, match="no series of level shelf"):
        hierarchy_of(static, "shelf")


def test_a_series_without_parts_is_named() -> None:
    """A store none of whose products is there cannot be added up."""
    static = leveled().static
    north = (static["level"] == "store/product") & (static["store"] == "North")
    with pytest.raises(AnalysisError, match="store=North contains no series"):
        hierarchy_of(static[~north & static["level"].isin(["total", "store", "store/product"])], "store/product")
