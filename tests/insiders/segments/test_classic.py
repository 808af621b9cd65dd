"""The published segmentation, repeated from the real file."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders import handoff
from insiders.customers.features import features
from insiders.errors import AnalysisError
from insiders.segments.classic import classic
from insiders.transactions import prepare
from tests.insiders.demo_customers import customers


def test_the_published_group_to_the_customer(real_source: pd.DataFrame) -> None:
    """291 of 2,967 customers with 54.8532 % of the revenue and 56.33 % of the pieces; U = 43,987 against the next."""
    people = handoff.check("customers", features(prepare(real_source, preset="classic").transactions))
    found = classic(people, real_source)
    group = found.is_insider
    revenue, items = people["gross_revenue"], people["n_items"]
    assert (len(people), int(group.sum())) == (2_967, 291)
    assert 100 * revenue[group].sum() / revenue.sum() == pytest.approx(54.8532, abs=5e-5)
    assert 100 * items[group].sum() / items.sum() == pytest.approx(56.33, abs=5e-3)
    assert found.against_next == 43_987
    assert len(found.points) == 2_967
    assert found.labels.max() == 9


def test_customers_whom_the_source_does_not_name_are_refused() -> None:
    """The order of the customers comes from the source, which has to be of the same run."""
    nobody = pd.DataFrame({"customer_id": pd.array(["nobody"], dtype="string")})
    with pytest.raises(AnalysisError, match="of two runs"):
        classic(customers(), nobody)
