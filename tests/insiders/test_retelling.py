"""What an earlier notebook wrote, said in another language."""

from __future__ import annotations

import itertools

import pytest

from insiders.language import language
from insiders.retelling import retold
from insiders.rules.conditions import UNITS, Condition
from insiders.segments import traits

BRAZIL = language("pt_BR")


def test_english_stays_as_it_was_written() -> None:
    """In English nothing is taken apart."""
    assert retold("at least £2,930 gross revenue", language()) == "at least £2,930 gross revenue"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Insiders", "Insiders"),
        ("Active, rare, middling value, longer known", "Ativos, raros, valor médio, mais antigos"),
        ("Lapsed, rare, low value, group B", "Inativos, raros, valor baixo, grupo B"),
        (
            "at least 10 purchase invoices and less than 90 days since the last purchase",
            "pelo menos 10 pedidos e menos de 90 dias desde a última compra",
        ),
        (
            "Insider kept: stands at 90 % of the threshold; leaves after 2 reviews in a row below 80 %",
            "Insider mantido: está em 90% da linha; sai após 2 revisões seguidas abaixo de 80%",
        ),
        ("REGENCY CAKESTAND, 3 TIER", "REGENCY CAKESTAND, 3 TIER"),
    ],
)
def test_texts_of_ours(text: str, said: str) -> None:
    """Names, rules and reasons are taken apart and said anew; what is not ours stays."""
    assert retold(text, BRAZIL) == said


def test_amounts_are_written_anew() -> None:
    """Amounts in a rule get the separators of the language."""
    said = retold("Insider: £2,930 gross revenue in the last 90 days (rule: at least £1,200.5 per invoice)", BRAZIL)
    plain = said.replace("\N{NO-BREAK SPACE}", "")
    assert plain == "Insider: £2.930 de receita bruta nos últimos 90 dias (regra: pelo menos £1.200,5 por pedido)"


def test_every_action_is_known() -> None:
    """Whatever action a segment gets, no English is left of it."""
    levels = itertools.product(traits.RECENCY, traits.FREQUENCY, traits.VALUE)
    texts = [
        traits.action({"recency": recency, "frequency": frequency, "value": value}, gap, share, 0.01)
        for recency, frequency, value in levels
        for gap, share in ((12.0, 0.0), (float("nan"), 0.2))
    ]
    texts += [traits.insiders_action(12.0, 9.0), traits.insiders_action(float("nan"), 9.0)]
    for text in texts:
        said = retold(text, BRAZIL)
        assert not {"the", "they", "and", "of", "every", "days", "comes"} & set(said.replace(";", "").split()), said


@pytest.mark.parametrize("feature", UNITS)
def test_every_condition_is_known(feature: str) -> None:
    """Whatever feature a rule asks for, the condition is said in the language."""
    for condition in (Condition(feature, at_least=1200.0), Condition(feature, 3.0, 7.5)):
        said = retold(condition.text("£"), BRAZIL)
        assert said.startswith(("pelo menos", "de ")), said
        assert not {"the", "in", "days", "invoices", "revenue", "per", "bought"} & set(said.split()), said
