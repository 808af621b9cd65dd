"""Gives a Metabase the connection, the models and the dashboard of `content.yml`, through its public API.

    METABASE_URL=https://metabase.example.com METABASE_API_KEY=… \
    METABASE_DATABASE_URL=postgresql://shop_board:…@db.example.com/insiders?sslmode=verify-full \
    python infra/metabase/provision.py

Instead of a key, METABASE_USER and METABASE_PASSWORD; a Metabase that nobody has set up yet gets that user as its
first. The login in METABASE_DATABASE_URL has the role `insiders_dashboard` and no other. What is there by name is
brought up to date, so it may run again at any time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests
import yaml

CONTENT = Path(__file__).with_name("content.yml")
NAME = "Insiders (published results)"
WAIT_S = 30
COLUMNS = 24
FIFTEENTH = {"schedule_type": "monthly", "schedule_frame": "mid", "schedule_day": None, "schedule_hour": 8,
             "schedule_minute": 0}  # fmt: skip
"""The 15th of each month at 08:00, four hours after the pipeline begins; `mid` is Metabase's word for the 15th."""
SETTINGS = ("METABASE_URL", "METABASE_DATABASE_URL")


class ProvisionError(Exception):
    """A setting is missing, or Metabase refused something; the text is for the person."""


@dataclass(frozen=True)
class Metabase:
    """A Metabase that has let us in."""

    url: str
    headers: Mapping[str, str]

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """What Metabase answers; a `ProvisionError` with its words where it refuses."""
        answer = requests.request(method, f"{self.url}{path}", json=body, headers=dict(self.headers), timeout=WAIT_S)
        if not answer.ok:
            raise ProvisionError(f"{method} {path}: Metabase answered {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def kept(self, path: str, there: Mapping[str, int], name: str, body: Mapping[str, Any]) -> int:
        """The id of what goes by that name, made or brought up to date."""
        if name in there:
            self.call("PUT", f"{path}/{there[name]}", body)
            return there[name]
        return int(self.call("POST", path, body)["id"])


def provision(settings: Mapping[str, str]) -> str:
    """Do all of it; the address of the dashboard."""
    if missing := [name for name in SETTINGS if not settings.get(name)]:
        raise ProvisionError(f"set {' and '.join(missing)}")
    content = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    metabase = let_in(settings)
    database = _database(metabase, settings["METABASE_DATABASE_URL"])
    collection = _collection(metabase, content["collection"])
    items = _named(metabase.call("GET", f"/api/collection/{collection}/items"), "model")
    place = {"collection_id": collection}
    for name, sql in content["models"].items():
        body = {**_card(name, sql, database, "table", {}), **place, "type": "model"}
        metabase.kept("/api/card", items.get("dataset", {}), name, body)
    made = {}
    for name, one in content["questions"].items():
        body = {**_card(name, one["sql"], database, one["display"], one.get("settings", {})), **place}
        made[name] = metabase.kept("/api/card", items.get("card", {}), name, {**body, "type": "question"})
    title = content["dashboard"]
    shown = metabase.kept("/api/dashboard", items.get("dashboard", {}), title, {"name": title, **place})
    sizes = {made[name]: tuple(one["size"]) for name, one in content["questions"].items()}
    metabase.call("PUT", f"/api/dashboard/{shown}", {"dashcards": list(laid_out(sizes))})
    return f"{metabase.url}/dashboard/{shown}"


def let_in(settings: Mapping[str, str]) -> Metabase:
    """By key; else by user and password, who becomes the first user of a Metabase that has none."""
    url = settings["METABASE_URL"].rstrip("/")
    if settings.get("METABASE_API_KEY"):
        return Metabase(url, {"x-api-key": settings["METABASE_API_KEY"]})
    user, password = (settings.get(name, "") for name in ("METABASE_USER", "METABASE_PASSWORD"))
    if not user or not password:
        raise ProvisionError("set METABASE_API_KEY, or METABASE_USER and METABASE_PASSWORD")
    stranger = Metabase(url, {})
    about = stranger.call("GET", "/api/session/properties")
    if about.get("has-user-setup") or not about.get("setup-token"):
        session = stranger.call("POST", "/api/session", {"username": user, "password": password})
    else:
        first = {"first_name": "Insiders", "last_name": "Operator", "email": user, "password": password}
        prefs = {"site_name": "Insiders", "allow_tracking": False}
        session = stranger.call("POST", "/api/setup", {"token": about["setup-token"], "user": first, "prefs": prefs})
    return Metabase(url, {"X-Metabase-Session": session["id"]})


def laid_out(sizes: Mapping[int, tuple[int, int]]) -> Iterator[dict[str, Any]]:
    """Cards from left to right in rows of `COLUMNS`; a negative id asks for a new place."""
    row = column = tallest = 0
    for number, (card, (wide, high)) in enumerate(sizes.items(), 1):
        if column + wide > COLUMNS:
            row, column, tallest = row + tallest, 0, 0
        yield {"id": -number, "card_id": card, "row": row, "col": column, "size_x": wide, "size_y": high,
               "parameter_mappings": [], "visualization_settings": {}}  # fmt: skip
        column, tallest = column + wide, max(tallest, high)


def connection(url: str) -> dict[str, Any]:
    """How Metabase reaches the database, from its address."""
    parts = urlsplit(url)
    if parts.scheme.partition("+")[0] not in ("postgresql", "postgres") or not parts.hostname:
        raise ProvisionError("METABASE_DATABASE_URL: give a postgresql:// address")
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[0]
    return {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "dbname": unquote(parts.path.lstrip("/")),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "ssl": mode not in ("disable", "allow", "prefer"),
        "ssl-mode": mode,
        "let-user-control-scheduling": True,
    }


def _database(metabase: Metabase, url: str) -> int:
    """The connection, whose columns and values Metabase looks at anew on the 15th, and now."""
    answer = metabase.call("GET", "/api/database")
    there = {one["name"]: one["id"] for one in (answer["data"] if isinstance(answer, dict) else answer)}
    schedules = {"metadata_sync": FIFTEENTH, "cache_field_values": FIFTEENTH}
    body = {"engine": "postgres", "name": NAME, "details": connection(url), "is_full_sync": True, "is_on_demand": False,
            "schedules": schedules}  # fmt: skip
    number = metabase.kept("/api/database", there, NAME, body)
    metabase.call("POST", f"/api/database/{number}/sync_schema")
    return number


def _collection(metabase: Metabase, name: str) -> int:
    there = {one["name"]: one["id"] for one in metabase.call("GET", "/api/collection")}
    return int(there[name] if name in there else metabase.call("POST", "/api/collection", {"name": name})["id"])


def _named(answer: Mapping[str, Any], key: str) -> dict[str, dict[str, int]]:
    """By kind what a collection holds, name to id."""
    found: dict[str, dict[str, int]] = {}
    for one in answer["data"]:
        found.setdefault(one[key], {})[one["name"]] = one["id"]
    return found


def _card(name: str, sql: str, database: int, display: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    query = {"type": "native", "database": database, "native": {"query": sql, "template-tags": {}}}
    return {"name": name, "display": display, "dataset_query": query, "visualization_settings": dict(settings)}


if __name__ == "__main__":
    try:
        print(provision(os.environ))  # noqa: T201 - it is what was asked for
    except (ProvisionError, requests.RequestException) as fault:
        sys.exit(f"metabase: {fault}")
