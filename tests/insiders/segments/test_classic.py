"""The published segmentation, repeated from the real file."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from insiders import answers, handoff
from insiders.customers.features import features
from insiders.errors import AnalysisError
from insiders.language import language
from insiders.segments import portrait
from insiders.segments.classic import Classic, classic
from insiders.transactions import prepare
from tests import answered
from tests.insiders.demo_customers import customers


@pytest.fixture(scope="module")
def people(real_source: pd.DataFrame) -> pd.DataFrame:
    """The customers of the real file by the published preparation."""
    return handoff.check("customers", features(prepare(real_source, preset="classic").transactions))


@pytest.fixture(scope="module")
def found(people: pd.DataFrame, real_source: pd.DataFrame) -> Classic:
    """The published segmentation of them."""
    return classic(people, real_source)


def test_the_published_group_to_the_customer(people: pd.DataFrame, found: Classic) -> None:
    """291 of 2,967 customers with 54.8532 % of the revenue and 56.33 % of the pieces; U = 43,987 against the next."""
    group = found.is_insider
    revenue, items = people["gross_revenue"], people["n_items"]
    assert (len(people), int(group.sum())) == (2_967, 291)
    assert 100 * revenue[group].sum() / revenue.sum() == pytest.approx(54.8532, abs=5e-5)
    assert 100 * items[group].sum() / items.sum() == pytest.approx(56.33, abs=5e-3)
    assert found.against_next == 43_987
    assert len(found.points) == 2_967
    assert found.labels.max() == 9


def test_what_is_answered_of_the_published_group_is_scipys(people: pd.DataFrame, found: Classic) -> None:
    """U of its revenue, the interval of the mean and the share that the answers tell are those of SciPy's own calls."""
    labels = portrait.assign(people, found.labels, found.is_insider)
    flat = np.zeros(len(people))
    buyers = {"gross_revenue": people["gross_revenue"].sum(), "items": people["n_items"].sum()}
    run = SimpleNamespace(
        customers=people.merge(labels, on="customer_id"), buyers=pd.Series(buyers), currency="£", confidence=0.95,
        seed=42, segments=portrait.profile(people, labels, flat, flat).sort_values("value_rank"), language=language(),
    )  # fmt: skip
    run.insiders, run.others = (run.customers[run.customers["is_insider"] == which] for which in (True, False))
    told = answers.differences(run)  # type: ignore[arg-type]
    answered.agrees_with_scipy(run.customers, told.plain, answers.shares(run).plain)  # type: ignore[arg-type]
    assert told.plain["u_gross_revenue_rival"] == found.against_next


def test_customers_whom_the_source_does_not_name_are_refused() -> None:
    """The order of the customers comes from the source, which has to be of the same run."""
    nobody = pd.DataFrame({"customer_id": pd.array(["nobody"], dtype="string")})
    with pytest.raises(AnalysisError, match="of two runs"):
        classic(customers(), nobody)
