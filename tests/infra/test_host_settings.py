"""What AWS tells a host becomes files, whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
import sqlalchemy as sa

from infra.host import settings_from_aws
from infra.host.settings_from_aws import SettingsError
from runner import settings
from tests.servers import AWS

LOGIN = {
    "engine": "postgres",
    "host": "db.example.com",
    "port": 5432,
    "dbname": "insiders",
    "username": "insiders_writer",
}
CERTIFICATE = "/srv/insiders/database-ca.pem"
REGION = AWS["AWS_DEFAULT_REGION"]


class Aws:
    """The tests' own AWS, below one name."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.name = name
        self.ssm = boto3.client("ssm", endpoint_url=endpoint)
        self.secrets = boto3.client("secretsmanager", endpoint_url=endpoint)

    def tell(self, **parameters: str) -> None:
        """Parameters: `host__time_zone` is /NAME/host/time-zone, `environment__INSIDERS_SOURCE` stays in capitals."""
        for given, value in parameters.items():
            room, _, name = given.partition("__")
            path = f"{self.name}/{room}/{name if name.isupper() else name.replace('_', '-')}"
            self.ssm.put_parameter(Name=path, Value=value, Type="String", Overwrite=True)

    def hide(self, part: str, content: Any) -> str:
        """A secret; the parameter that names it is told, too."""
        text = content if isinstance(content, str) else json.dumps(content)
        arn = str(self.secrets.create_secret(Name=f"{self.name}/{part}", SecretString=text)["ARN"])
        self.tell(**{f"host__{part}_secret": arn})
        return arn


@pytest.fixture
def aws(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Aws:
    """An AWS with one parameter, the pipeline."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    made = Aws(s3_endpoint, f"/{abs(hash(request.node.name))}")
    made.tell(host__pipeline="monthly")
    return made


def test_settings_and_secrets_become_files(aws: Aws, tmp_path: Path) -> None:
    """The runner reads back what AWS said: each login's password whole, and the server has to prove its name."""
    password = "p:4/@%?#&=+ ü'"
    aws.hide("writer", {**LOGIN, "password": password})
    aws.hide("reader", {**LOGIN, "username": "insiders_reader", "password": "other"})
    aws.hide("ledger_key", "ab" * 32)
    aws.tell(
        environment__INSIDERS_SOURCE="s3://shop/transactions/", environment__INSIDERS_REVIEWER='"Ada" <a@example.com>'
    )
    aws.tell(host__schedule="0 4 15 * *", host__time_zone="Etc/UTC", host__cloudwatch_agent='{"a": 1}')
    files = settings_from_aws.read(aws.name, REGION, CERTIFICATE)
    assert set(files) == {".env", "reader.env", "pipeline", "schedule", "time-zone", "cloudwatch-agent"}
    assert (files["schedule"], files["cloudwatch-agent"]) == ("0 4 15 * *\n", '{"a": 1}\n')
    (tmp_path / ".env").write_text(files[".env"])
    read = settings.load({}, checkout=tmp_path)
    assert (read.source, read.reviewer) == ("s3://shop/transactions/", '"Ada" <a@example.com>')
    assert read.ledger_key == "ab" * 32
    url = sa.make_url(read.database_url)
    assert (url.username, url.password, url.host, url.port) == ("insiders_writer", password, "db.example.com", 5432)
    assert (url.database, dict(url.query)) == ("insiders", {"sslmode": "verify-full", "sslrootcert": CERTIFICATE})
    assert sa.make_url(files["reader.env"].strip().partition("=")[2]).username == "insiders_reader"


def test_more_parameters_than_one_page_holds(aws: Aws) -> None:
    """AWS answers ten at a time."""
    aws.tell(**{f"environment__INSIDERS_PARAMETER_P{number}": str(number) for number in range(12)})
    lines = settings_from_aws.read(aws.name, REGION, CERTIFICATE)[".env"].splitlines()
    assert len([line for line in lines if line.startswith("INSIDERS_PARAMETER_")]) == 12


def test_all_faults_are_named_and_no_secret(aws: Aws) -> None:
    """One message tells everything that is wrong, and nothing that is secret."""
    aws.ssm.delete_parameter(Name=f"{aws.name}/host/pipeline")
    aws.hide("writer", {**LOGIN, "password": "never-said", "host": "db.example.com/x?"})
    aws.hide("ledger_key", "cd" * 32)
    aws.tell(
        host__reader_secret="arn:aws:secretsmanager:eu-west-2:123456789012:secret:none", host__schedule="0 4\n15 * *"
    )
    aws.tell(environment__INSIDERS_SOURCE="a\nB=c", environment__INSIDERS_LEDGER_KEY="x", environment__no="x")
    with pytest.raises(SettingsError) as fault:
        settings_from_aws.read(aws.name, REGION, CERTIFICATE)
    said = str(fault.value)
    parts = ("host/pipeline is missing", "schedule: is not one line", "writer-secret: is no JSON", "reader-secret: ")
    for part in (
        *parts,
        "INSIDERS_LEDGER_KEY: stands in",
        "environment/no: is no name",
        "INSIDERS_SOURCE: holds a line",
    ):
        assert part in said
    assert "never-said" not in said
    assert "cdcd" not in said


def test_what_cannot_be_had_is_one_line_and_no_file(tmp_path: Path) -> None:
    """Without credentials the program says so in one line, writes nothing, and exits 3."""
    program = [sys.executable, settings_from_aws.__file__, "/shop", "--region", REGION, "--to", str(tmp_path)]
    environment = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    done = subprocess.run(
        [*program, "--root-certificate", CERTIFICATE], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "settings: Unable to locate credentials\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "value", ["plain", "'", '"', "''", " spaces ", '"a" and "b"', "#no comment", "a=b", "$HOME `id`", ""]
)
def test_a_value_survives_the_file(value: str, tmp_path: Path) -> None:
    """What the file's reader finds is what was written."""
    (tmp_path / ".env").write_text(settings_from_aws.dotenv({"NAME": value}))
    assert settings.read_dotenv(tmp_path / ".env") == ({"NAME": value}, [])
