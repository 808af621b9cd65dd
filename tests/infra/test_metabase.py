"""What a Metabase is given: SQL that a real PostgreSQL runs for the narrow role, and calls that keep the API."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import yaml

from infra.metabase import provision
from infra.metabase.provision import ProvisionError
from runner.tables import database
from tests.infra.fake_metabase import FakeMetabase, serving

SETTINGS = {
    "METABASE_USER": "ada@example.com",
    "METABASE_PASSWORD": "correct horse",
    "METABASE_DATABASE_URL": "postgresql://board:p%40ss@db.example.com/insiders?sslmode=verify-full",
}


def content() -> dict[str, dict[str, object]]:
    return yaml.safe_load(provision.CONTENT.read_text(encoding="utf-8"))


def test_every_question_runs_on_postgres_as_the_dashboard(dashboard_url: str) -> None:
    """All SQL of models and questions, with the rights of the role `insiders_dashboard`; none reads a table."""
    told = content()
    queries = [*told["models"].values(), *(one["sql"] for one in told["questions"].values())]  # type: ignore[index]
    assert len(queries) > 15
    with database.engine(dashboard_url).connect() as connection:
        for query in queries:
            connection.execute(sa.text(str(query))).all()


def test_columns_that_figures_name_are_those_that_their_sql_finds(dashboard_url: str) -> None:
    """Axes and numbers of a figure are columns of its question."""
    with database.engine(dashboard_url).connect() as connection:
        for name, one in content()["questions"].items():
            settings = one.get("settings", {})  # type: ignore[attr-defined]
            axes = [*settings.get("graph.dimensions", ()), *settings.get("graph.metrics", ())]
            named = {*axes, *filter(None, [settings.get("scalar.field")])}
            found = set(connection.execute(sa.text(one["sql"])).keys())  # type: ignore[index]
            assert named <= found, name


def test_an_empty_metabase_is_set_up_and_a_second_run_makes_nothing_new() -> None:
    """First user, connection, models, questions and dashboard; then each of them is brought up to date."""
    fake = FakeMetabase()
    with serving(fake) as url:
        address = provision.provision({**SETTINGS, "METABASE_URL": f"{url}/"})
        assert address == f"{url}/dashboard/1"
        before = {kind: len(kept) for kind, kept in fake.kept.items()}
        fake.calls.clear()
        assert provision.provision({**SETTINGS, "METABASE_URL": url}) == address
    told = content()
    assert before == {"database": 1, "collection": 1, "dashboard": 1,
                      "card": len(told["models"]) + len(told["questions"])}  # fmt: skip
    assert {kind: len(kept) for kind, kept in fake.kept.items()} == before
    assert {call for call in fake.calls if call.startswith("POST")} == {
        "POST /api/session",
        "POST /api/database/:id/sync_schema",
    }
    cards = fake.kept["dashboard"][1]["dashcards"]
    assert {fake.kept["card"][one["card_id"]]["name"] for one in cards} == set(told["questions"])
    assert not overlapping(cards)


def overlapping(cards: list[dict[str, int]]) -> list[tuple[int, int]]:
    """Cells of the grid on which two cards lie."""
    taken: list[tuple[int, int]] = []
    for one in cards:
        taken += [(one["row"] + y, one["col"] + x) for x in range(one["size_x"]) for y in range(one["size_y"])]
    return [cell for cell in set(taken) if taken.count(cell) > 1]


def test_the_connection_is_read_from_the_address_and_renewed_on_the_15th() -> None:
    """Host, login and TLS as the address has them; Metabase looks at the views anew after the pipeline has run."""
    fake = FakeMetabase()
    with serving(fake) as url:
        provision.provision({**SETTINGS, "METABASE_URL": url})
    made = fake.kept["database"][1]
    details = {"host": "db.example.com", "port": 5432, "dbname": "insiders", "user": "board", "password": "p@ss"}
    assert made["details"].items() >= {**details, "ssl": True, "ssl-mode": "verify-full"}.items()
    assert made["schedules"]["cache_field_values"]["schedule_frame"] == "mid"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"METABASE_DATABASE_URL": ""}, "set METABASE_DATABASE_URL"),
        ({"METABASE_DATABASE_URL": "sqlite:///a.db"}, "give a postgresql:// address"),
        ({"METABASE_PASSWORD": ""}, "set METABASE_API_KEY, or METABASE_USER and METABASE_PASSWORD"),
        ({"METABASE_PASSWORD": "wrong"}, "Metabase answered 401"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, str], said: str) -> None:
    """A missing setting, another database, a wrong password; no password is in the words."""
    fake = FakeMetabase(user=("ada@example.com", "correct horse"))
    with serving(fake) as url, pytest.raises(ProvisionError, match=said) as fault:
        provision.provision({**SETTINGS, "METABASE_URL": url, **change})
    assert "p@ss" not in str(fault.value)
    assert "wrong" not in str(fault.value)
