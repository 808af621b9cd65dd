"""Where things are: the settings of the environment, read once, checked together, secrets masked when shown."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from runner.errors import SettingsError, listed

CHECKOUT = Path(__file__).resolve().parents[1]
NAMES = (
    "INSIDERS_SOURCE",
    "INSIDERS_PANEL",
    "INSIDERS_DATABASE_URL",
    "INSIDERS_BUCKET",
    "INSIDERS_ENDPOINT_URL",
    "INSIDERS_OUTPUT",
    "INSIDERS_DATA",
    "INSIDERS_REVIEWER",
    "INSIDERS_LEDGER_KEY",
    "INSIDERS_LEDGER_PUBLIC_KEY",
    "INSIDERS_RETENTION_DAYS",
    "INSIDERS_HISTORY_URL",
    "INSIDERS_NOTICE_SNS",
    "INSIDERS_NOTICE_EMAIL",
    "INSIDERS_NOTICE_SMTP",
    "INSIDERS_NOTICE_FROM",
    "INSIDERS_NOTICE_WEBHOOK",
)
CHANNELS = ("INSIDERS_NOTICE_SNS", "INSIDERS_NOTICE_EMAIL", "INSIDERS_NOTICE_WEBHOOK")
"""Where one of these is set, somebody is told of what goes wrong."""
_NEVER_SHOWN = ("ledger_key", "notice_webhook")
MOST_RETENTION_DAYS = 36_500
PARAMETER = "INSIDERS_PARAMETER_"
"""Beginning of the names that give parameters; `runner.values.parameters` looks at them."""
_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()-]+)*/?")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_ADDRESS = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")
_DATABASES = {"sqlite", "postgresql", "postgresql+psycopg2"}


@dataclass(frozen=True)
class Settings:
    """The places of an installation. Its `repr` masks passwords, so that it may stand in a log."""

    checkout: Path
    """Root of the checkout: `notebooks/` lies in it, and relative paths of settings start from it."""
    output: Path
    """Folder of all runs, one folder per pipeline in it (`INSIDERS_OUTPUT`)."""
    database_url: str
    """SQLAlchemy URL of the database that receives results (`INSIDERS_DATABASE_URL`)."""
    source: str = "auto"
    """Where transactions come from: a public name, a path, or a URL (`INSIDERS_SOURCE`)."""
    panel: str | None = None
    """Where a panel of daily sales comes from, for pipelines that ask for one: a path or a URL (`INSIDERS_PANEL`)."""
    bucket: str | None = None
    """S3 bucket of the archive, perhaps with a prefix: `bucket/prefix`; without it the output folder is the archive."""
    endpoint_url: str | None = None
    """Endpoint of an S3-compatible store, where it is not AWS."""
    data: Path | None = None
    """Folder where public data sets are kept; without it the usual places are searched."""
    reviewer: str | None = None
    """Who approves and promotes, where it is not whom git is set up for."""
    ledger_key: str | None = field(default=None, repr=False)
    """The private key that signs lines of the ledger, as `runner.ledger.signing` takes it."""
    ledger_public_key: str | None = None
    """The public key that lines of the ledger are checked with, where the private one is not here."""
    retention_days: int | None = None
    """How long a bucket with Object Lock keeps each object; without it the bucket's own default counts."""
    history_url: str | None = None
    """Where reviewers read executed copies in a browser."""
    notice_sns: str | None = None
    """The ARN of an SNS topic that is told of runs that failed, vanished or were not made."""
    notice_email: str | None = None
    """The addresses that are told by mail, with commas between them."""
    notice_smtp: str | None = None
    """The mail server, `smtp://user:password@host:587` or `smtps://…`; without it the one on this host."""
    notice_from: str | None = None
    """The sender of mails."""
    notice_webhook: str | None = field(default=None, repr=False)
    """An address that takes JSON, such as Slack's; whoever knows it can write there, so it is a secret."""

    def __repr__(self) -> str:
        """The settings with every password masked."""
        shown = ", ".join(
            f"{name}={masked(str(value))!r}" for name, value in vars(self).items() if name not in _NEVER_SHOWN
        )
        return f"Settings({shown})"

    @property
    def notebooks(self) -> Path:
        """Folder of the pipelines that go by name."""
        return self.checkout / "notebooks"


def load(environment: MutableMapping[str, str] | None = None, checkout: Path = CHECKOUT) -> Settings:
    """Read the settings, or raise a `SettingsError` that names all faults.

    What the checkout's `.env` file says is added to `environment` (by default the process's own, where boto3 finds
    its credentials too); what the environment already says wins.
    """
    environment = os.environ if environment is None else environment
    given, faults = _given(environment, checkout)
    faults += [*_misspelt(environment), *_faults(given)]
    if faults:
        raise SettingsError(listed("the settings cannot be right:", faults))
    return _of(given, checkout)


def sound(environment: MutableMapping[str, str] | None = None, checkout: Path = CHECKOUT) -> Settings:
    """The settings, as `load` reads them, without those that cannot be right: for whoever is to tell of the faults."""
    given, _ = _given(os.environ if environment is None else environment, checkout)
    return _of({name: value for name, value in given.items() if not _faults({name: value})}, checkout)


def _given(environment: MutableMapping[str, str], checkout: Path) -> tuple[dict[str, str], list[str]]:
    """What the environment and `.env` say, the latter added to the former, and the faults of `.env` by line."""
    dotenv, faults = read_dotenv(checkout / ".env")
    for name, value in dotenv.items():
        environment.setdefault(name, value)
    return {name: environment[name].strip() for name in NAMES if environment.get(name, "").strip()}, faults


def _of(given: Mapping[str, str], checkout: Path) -> Settings:
    output = (checkout / Path(given.get("INSIDERS_OUTPUT", "output_notebooks")).expanduser()).resolve()
    return Settings(
        checkout=checkout,
        output=output,
        database_url=_database_url(given.get("INSIDERS_DATABASE_URL", f"sqlite:///{output}/insiders.db"), checkout),
        source=given.get("INSIDERS_SOURCE", "auto"),
        panel=given.get("INSIDERS_PANEL"),
        bucket=given["INSIDERS_BUCKET"].rstrip("/") if "INSIDERS_BUCKET" in given else None,
        endpoint_url=given.get("INSIDERS_ENDPOINT_URL"),
        data=(checkout / Path(given["INSIDERS_DATA"]).expanduser()).resolve() if "INSIDERS_DATA" in given else None,
        reviewer=given.get("INSIDERS_REVIEWER"),
        ledger_key=given.get("INSIDERS_LEDGER_KEY"),
        ledger_public_key=given.get("INSIDERS_LEDGER_PUBLIC_KEY"),
        retention_days=int(given["INSIDERS_RETENTION_DAYS"]) if "INSIDERS_RETENTION_DAYS" in given else None,
        history_url=given.get("INSIDERS_HISTORY_URL"),
        notice_sns=given.get("INSIDERS_NOTICE_SNS"),
        notice_email=given.get("INSIDERS_NOTICE_EMAIL"),
        notice_smtp=given.get("INSIDERS_NOTICE_SMTP"),
        notice_from=given.get("INSIDERS_NOTICE_FROM"),
        notice_webhook=given.get("INSIDERS_NOTICE_WEBHOOK"),
    )


def read_dotenv(path: Path) -> tuple[dict[str, str], list[str]]:
    """The names and values of a `.env` file, and its faults by line; both are empty where there is no such file.

    A line is `NAME=value`, perhaps with `export` in front and quotes around the value; nothing is expanded.
    """
    if not path.is_file():
        return {}, []
    values, faults = {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if match := _LINE.fullmatch(text):
            values[match["name"]] = _unquoted(match["value"].strip())
        else:
            faults.append(f".env, line {number}: not of the form NAME=value")
    return values, faults


def masked(text: str) -> str:
    """The text with the password of a URL, where it holds one, replaced by `***`."""
    return re.sub(r"(?P<user>://[^/@:\s]*):\S*@", r"\g<user>:***@", text)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _misspelt(environment: Mapping[str, str]) -> list[str]:
    """Names close to a setting's, which would otherwise be ignored without a word."""
    strangers = [
        name
        for name in environment
        if name.startswith("INSIDERS_") and not name.startswith(PARAMETER) and name not in NAMES
    ]
    near = {name: difflib.get_close_matches(name, NAMES, n=1, cutoff=0.85) for name in sorted(strangers)}
    return [f"{name} is no setting; did you mean {names[0]}?" for name, names in near.items() if names]


def _faults(given: Mapping[str, str]) -> list[str]:
    faults = []
    if (url := given.get("INSIDERS_DATABASE_URL")) and _scheme(url) not in _DATABASES:
        faults.append(f"INSIDERS_DATABASE_URL={masked(url)}: give a sqlite:/// or postgresql:// URL")
    if (bucket := given.get("INSIDERS_BUCKET")) and not _BUCKET.fullmatch(bucket):
        faults.append(f"INSIDERS_BUCKET={bucket}: give BUCKET or BUCKET/PREFIX, without s3://")
    endpoint = given.get("INSIDERS_ENDPOINT_URL")
    if endpoint and (_scheme(endpoint) not in ("http", "https") or not urlsplit(endpoint).hostname):
        faults.append(f"INSIDERS_ENDPOINT_URL={masked(endpoint)}: give an http:// or https:// URL")
    days = given.get("INSIDERS_RETENTION_DAYS")
    if days and not (days.isascii() and days.isdigit() and 0 < int(days) <= MOST_RETENTION_DAYS):
        faults.append(f"INSIDERS_RETENTION_DAYS={days}: give a whole number of days, 1 to {MOST_RETENTION_DAYS:,}")
    return [*faults, *_faults_of_notices(given)]


def _faults_of_notices(given: Mapping[str, str]) -> list[str]:
    """What is wrong with where notices go; the web addresses themselves are not told, since one of them is a secret."""
    faults = []
    if (topic := given.get("INSIDERS_NOTICE_SNS")) and not _TOPIC.fullmatch(topic):
        faults.append(f"INSIDERS_NOTICE_SNS={topic}: give the ARN of a topic, arn:aws:sns:REGION:ACCOUNT:NAME")
    for name in ("INSIDERS_NOTICE_EMAIL", "INSIDERS_NOTICE_FROM"):
        wrong = [part for part in given.get(name, "").split(",") if part and not _ADDRESS.fullmatch(part.strip())]
        faults += [f"{name}: {part.strip()!r} is no address" for part in wrong]
    if (server := given.get("INSIDERS_NOTICE_SMTP")) and not _leads_to(server, ("smtp", "smtps")):
        faults.append("INSIDERS_NOTICE_SMTP: give smtp://host:25, smtp://user:password@host:587 or smtps://…")
    for name in ("INSIDERS_NOTICE_WEBHOOK", "INSIDERS_HISTORY_URL"):
        if (url := given.get(name)) and not _leads_to(url, ("http", "https")):
            faults.append(f"{name}: give an http:// or https:// URL")
    return faults


def _leads_to(url: str, schemes: tuple[str, ...]) -> bool:
    """Whether a URL has one of the schemes, a host, and a port that can be one."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _scheme(url: str) -> str:
    """The scheme of a URL, with `postgres` spelt as SQLAlchemy spells it; empty where there is none."""
    scheme, separator, _ = url.partition("://")
    return {"postgres": "postgresql"}.get(scheme, scheme) if separator else ""


def _database_url(url: str, checkout: Path) -> str:
    """The URL with its driver named, and a relative SQLite path made to start from the checkout."""
    scheme, rest = _scheme(url), url.partition("://")[2]
    if scheme != "sqlite":
        return f"postgresql+psycopg2://{rest}"
    path, mark, query = rest.removeprefix("/").partition("?")
    return f"sqlite:///{(checkout / path).resolve()}{mark}{query}" if path and path != ":memory:" else url
