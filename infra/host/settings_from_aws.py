"""Writes what an AWS installation tells its host (infra/terraform/settings.tf) into a folder, as files.

    python infra/host/settings_from_aws.py /insiders --region eu-west-2 --to FOLDER --root-certificate /srv/…/ca.pem

Parameters below `/NAME/environment/` become lines of `.env`, those below `/NAME/host/` files of that name, one value in
each. The secrets that the latter name add `INSIDERS_DATABASE_URL`, with the server's certificate verified, and
`INSIDERS_LEDGER_KEY` to `.env`; the dashboard's login stands in `reader.env`. Nothing is written before all is read and
right. No secret is printed. Exit status: 0, or 3 where something is missing or wrong, with every fault named.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

REFUSED = 3
PLAIN = ("pipeline", "schedule", "time-zone", "cloudwatch-agent")
"""What `/NAME/host/` says in so many words; the other names there are those of secrets."""
DATABASE = "INSIDERS_DATABASE_URL"
LEDGER_KEY = "INSIDERS_LEDGER_KEY"
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_FIELDS = ("host", "port", "dbname", "username", "password")
# A host asks at its first start, when its role may be seconds old.
_PATIENCE = Config(connect_timeout=10, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 6})


class SettingsError(Exception):
    """Something that the host is to be told is missing or wrong; the text names all of it."""


def main() -> int:
    """Read, write, and say what was wrong."""
    parser = argparse.ArgumentParser(description="writes what an AWS installation tells its host into a folder")
    parser.add_argument("parameters", metavar="/NAME", help="where the parameters lie")
    parser.add_argument("--region", required=True)
    parser.add_argument("--to", required=True, type=Path, metavar="FOLDER")
    parser.add_argument("--root-certificate", required=True, metavar="FILE", help="whose authorities the database has")
    options = parser.parse_args()
    try:
        files = read(options.parameters, options.region, options.root_certificate)
    except (BotoCoreError, ClientError, SettingsError) as fault:
        sys.stderr.write(f"settings: {fault}\n")
        return REFUSED
    for name, content in files.items():
        (options.to / name).write_text(content, encoding="utf-8")
    return 0


def read(parameters: str, region: str, certificate: str) -> dict[str, str]:
    """The files, name to content; a `SettingsError` with all faults, or boto3's own errors."""
    session = boto3.Session(region_name=region)
    store = session.client("ssm", config=_PATIENCE)
    told = _below(store, f"{parameters}/host")
    environment = {"AWS_DEFAULT_REGION": region, **_below(store, f"{parameters}/environment")}
    faults = [f"{parameters}/host/pipeline is missing"] if "pipeline" not in told else []
    faults += [f"{parameters}/host/{name}: is not one line" for name in PLAIN[:3] if "\n" in told.get(name, "")]
    secrets = session.client("secretsmanager", config=_PATIENCE)
    found, wrong = _of_secrets(secrets, told, certificate)
    writer, reader = found.get("writer-secret"), found.get("reader-secret")
    for name, value in ((DATABASE, writer), (LEDGER_KEY, found.get("ledger-key-secret"))):
        if value is not None and name in environment:
            faults.append(f"{name}: stands in {parameters}/environment, and a secret says it, too")
        elif value is not None:
            environment[name] = value
    faults += [*wrong, *_faults(environment)]
    if faults:
        raise SettingsError("; ".join(faults))
    files = {name: f"{told[name]}\n" for name in PLAIN if name in told}
    files[".env"] = dotenv(environment)
    if reader is not None:
        files["reader.env"] = dotenv({DATABASE: reader})
    return files


def dotenv(environment: Mapping[str, str]) -> str:
    """The lines of a `.env` file that say exactly these values: what quotes or spaces bound stands in quotes."""
    written = {
        name: value if value.strip().strip("'\"") == value else f'"{value}"' for name, value in environment.items()
    }
    lines = [f"{name}={value}" for name, value in sorted(written.items())]
    return "\n".join([*lines, ""])


def database_url(login: Mapping[str, Any], certificate: str) -> str:
    """The URL of a login as Secrets Manager keeps it; the server has to prove its name by the certificate's word."""
    user, password, name = (quote(str(login[part]), safe="") for part in ("username", "password", "dbname"))
    query = urlencode({"sslmode": "verify-full", "sslrootcert": certificate}, safe="/")
    return f"postgresql://{user}:{password}@{login['host']}:{login['port']}/{name}?{query}"


def _below(store: Any, path: str) -> dict[str, str]:  # noqa: ANN401 - boto3 comes without types
    """The parameters right below a path, by the last part of their names."""
    pages = store.get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=True)
    return {one["Name"].removeprefix(f"{path}/"): one["Value"] for page in pages for one in page["Parameters"]}


def _of_secrets(secrets: Any, told: Mapping[str, str], certificate: str) -> tuple[dict[str, str], list[str]]:  # noqa: ANN401
    """Values by the names that point to secrets, and what is wrong with them, without their content."""
    found, faults = {}, []
    for name in ("writer-secret", "reader-secret", "ledger-key-secret"):
        if name not in told:
            continue
        try:
            said = secrets.get_secret_value(SecretId=told[name])["SecretString"].strip()
            found[name] = said if name == "ledger-key-secret" else database_url(_login(said), certificate)
        except ClientError as fault:
            faults.append(f"{name}: {fault}")
        except (KeyError, TypeError, ValueError):
            faults.append(f"{name}: is no JSON with {', '.join(_FIELDS)}")
    return found, faults


def _login(said: str) -> dict[str, Any]:
    login = json.loads(said)
    if not all(str(login[part]) for part in _FIELDS) or not str(login["port"]).isdecimal():
        raise ValueError
    if not re.fullmatch(r"[A-Za-z0-9.-]+", login["host"]):
        raise ValueError
    return dict(login)


def _faults(environment: Mapping[str, str]) -> list[str]:
    names = [f"environment/{name}: is no name of a setting" for name in environment if not _NAME.fullmatch(name)]
    return names + [f"{name}: holds a line break" for name, value in environment.items() if len(value.splitlines()) > 1]


if __name__ == "__main__":
    sys.exit(main())
