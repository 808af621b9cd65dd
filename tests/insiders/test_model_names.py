"""How models are called."""

from __future__ import annotations

from insiders.language import language
from insiders.model_names import in_words


def test_models_are_named_in_words() -> None:
    """A mean names what it is the mean of, in either language; what nobody knows keeps its name."""
    assert in_words("seasonal_naive") == "seasonal naive"
    assert in_words("mean(weekday_means+ets+theta)") == "mean of weekday means, ETS, and Theta"
    assert in_words("mean(ets+own)", language("pt_BR")) == "média de ETS e own"
    assert in_words("median", language("pt_BR")) == "mediana dos modelos"
    assert in_words("mean(a)(b)") == "mean(a)(b)"
