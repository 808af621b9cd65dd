"""Where the dashboard looks: the settings of the environment that it shares with the runner, and one of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from insiders.errors import InsidersError

CHECKOUT = Path(__file__).resolve().parents[1]
DATABASES = ("sqlite", "postgres", "postgresql", "postgresql+psycopg2")
_LINE = re.compile(r"(?:export\s+)?(?P<name>INSIDERS_[A-Z_]+)\s*=\s*(?P<value>.*?)\s*")


class PlacesError(InsidersError):
    """The settings cannot be right."""


@dataclass(frozen=True)
class Places:
    """What the pages read."""

    database_url: str
    """Address of the database of results (`INSIDERS_DATABASE_URL`); SQLite beside the runs where it is not set."""
    output: Path
    """Folder of the runs, one folder per pipeline in it (`INSIDERS_OUTPUT`): models and their reports lie there."""
    history_url: str | None = None
    """Where reviewers read executed copies (`INSIDERS_HISTORY_URL`), for links."""

    def champion(self, pipeline: str, run_id: str, level: str) -> Path:
        """Folder of the model that a run has registered for a level; it may be missing on this host."""
        wanted = self.output / pipeline / run_id / "artifacts" / "forecast" / level
        if not wanted.resolve().is_relative_to(self.output.resolve()):
            raise PlacesError(f"the database names a run outside of {self.output}: {pipeline}/{run_id}")
        return wanted


def load(environment: Mapping[str, str] | None = None, checkout: Path = CHECKOUT) -> Places:
    """Read the settings, or raise a `PlacesError` that names all faults. The environment wins over the `.env` file."""
    given = {**_dotenv(checkout / ".env"), **(os.environ if environment is None else environment)}
    output = (checkout / Path(given.get("INSIDERS_OUTPUT") or "output_notebooks").expanduser()).resolve()
    url = given.get("INSIDERS_DATABASE_URL") or f"sqlite:///{output}/insiders.db"
    history = given.get("INSIDERS_HISTORY_URL") or None
    faults = []
    if url.partition("://")[0] not in DATABASES or "://" not in url:
        faults.append("INSIDERS_DATABASE_URL: give a sqlite:/// or postgresql:// URL")
    if history and (urlsplit(history).scheme not in ("http", "https") or not urlsplit(history).hostname):
        faults.append("INSIDERS_HISTORY_URL: give an http:// or https:// URL")
    if faults:
        raise PlacesError("\n".join(["the settings cannot be right:", *faults]))
    return Places(_spelt(url, checkout), output, history)


def _spelt(url: str, checkout: Path) -> str:
    """The address with its driver named, and a relative SQLite path made to start from the checkout."""
    scheme, _, rest = url.partition("://")
    if scheme != "sqlite":
        return f"postgresql+psycopg2://{rest}"
    path, mark, query = rest.removeprefix("/").partition("?")
    return f"sqlite:///{(checkout / path).resolve()}{mark}{query}"


def _dotenv(path: Path) -> dict[str, str]:
    """The settings in a `.env` file; what else stands there is the runner's to judge."""
    if not path.is_file():
        return {}
    found = [_LINE.fullmatch(line.strip()) for line in path.read_text(encoding="utf-8").splitlines()]
    return {match["name"]: _unquoted(match["value"]) for match in found if match}


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
