"""The page of categories: quality by category, the model in use and its report."""

from __future__ import annotations

from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts


def test_every_category_has_its_verdict(show: Show) -> None:
    """The worst first, beside the baseline; what the words mean is said."""
    shown = show("category")
    quality = next(one.value for one in shown.dataframe if "of repeating last week" in one.value)
    assert quality["category"].tolist() == [shop.SCRIPT, "Kitchen"]
    assert quality["accuracy"].tolist() == ["medium", "high"]
    assert "medium: by 25 % at most" in texts(shown, "caption")


def test_the_model_is_named_with_the_days_it_learnt_from_and_its_report(show: Show) -> None:
    """As the registry has it."""
    shown = show("category")
    assert r"**LightGBM**, which learnt from 2024\-09\-03 to 2024\-12\-31" in texts(shown, "markdown")
    assert "Its training report (HTML)" in {one.proto.label for one in shown.get("download_button")}
