"""Settings of the environment."""

from pathlib import Path

import pytest

from runner.errors import SettingsError
from runner.settings import load, masked, read_dotenv, sound


def test_defaults_need_no_environment(tmp_path: Path) -> None:
    """Without any setting the places lie in the checkout, and the source is found by itself."""
    settings = load({}, tmp_path)
    assert settings.source == "auto"
    assert settings.output == tmp_path / "output_notebooks"
    assert settings.database_url == f"sqlite:///{tmp_path}/output_notebooks/insiders.db"
    assert (settings.bucket, settings.endpoint_url, settings.data) == (None, None, None)
    assert settings.notebooks == tmp_path / "notebooks"


def test_relative_places_start_from_the_checkout(tmp_path: Path) -> None:
    """By hand and by cron, a relative path means the same place."""
    given = {"INSIDERS_OUTPUT": "out", "INSIDERS_DATA": "../data", "INSIDERS_DATABASE_URL": "sqlite:///some/a.db"}
    settings = load(given, tmp_path)
    assert settings.output == tmp_path / "out"
    assert settings.data == tmp_path.parent / "data"
    assert settings.database_url == f"sqlite:///{tmp_path}/some/a.db"
    assert load({"INSIDERS_DATABASE_URL": "sqlite:////var/a.db"}, tmp_path).database_url == "sqlite:////var/a.db"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """`.env` adds what the environment does not say, for boto3 too."""
    (tmp_path / ".env").write_text(
        "# places\nexport INSIDERS_SOURCE='demo'\n\nINSIDERS_BUCKET = \"shop/runs/\"\nAWS_PROFILE=shop\n"
    )
    environment = {"INSIDERS_SOURCE": "uci:online-retail"}
    settings = load(environment, tmp_path)
    assert (settings.source, settings.bucket) == ("uci:online-retail", "shop/runs")
    assert environment["AWS_PROFILE"] == "shop"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_postgres_url_names_its_driver(tmp_path: Path, scheme: str) -> None:
    """Every spelling of a PostgreSQL URL leads to psycopg2."""
    url = load({"INSIDERS_DATABASE_URL": f"{scheme}://me:pw@host/db?sslmode=verify-full"}, tmp_path).database_url
    assert url == "postgresql+psycopg2://me:pw@host/db?sslmode=verify-full"


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    """One message names every setting that cannot be right, without its password."""
    (tmp_path / ".env").write_text("INSIDERS_SOURCE demo\n")
    given = {
        "INSIDERS_DATABASE_URL": "mysql://me:hush@host/db",
        "INSIDERS_BUCKET": "s3://shop",
        "INSIDERS_ENDPOINT_URL": "localhost:9000",
        "INSIDERS_BUKET": "shop",
    }
    with pytest.raises(SettingsError) as refused:
        load(given, tmp_path)
    text = str(refused.value)
    for words in (
        ".env, line 1",
        "mysql://me:***@host/db",
        "INSIDERS_BUCKET=s3://shop",
        "localhost:9000",
        "did you mean INSIDERS_BUCKET?",
    ):
        assert words in text
    assert "hush" not in text


def test_a_shown_setting_hides_passwords(tmp_path: Path) -> None:
    """Settings may stand in a log."""
    shown = repr(load({"INSIDERS_DATABASE_URL": "postgresql://me:p%40ss/w@host/db"}, tmp_path))
    assert "me:***@host" in shown
    assert "p%40ss" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:hush@host/db", "postgresql://me:***@host/db"),
        ("run -p source=s3://bucket/a:b@c", "run -p source=s3://bucket/a:b@c"),
        ("https://:hush@host", "https://:***@host"),
        ("nothing to hide: a@b", "nothing to hide: a@b"),
    ],
)
def test_only_passwords_are_masked(text: str, shown: str) -> None:
    """What is no password stays readable."""
    assert masked(text) == shown


def test_a_missing_dotenv_is_no_fault(tmp_path: Path) -> None:
    """The file is optional."""
    assert read_dotenv(tmp_path / ".env") == ({}, [])


def test_where_notices_go_is_checked(tmp_path: Path) -> None:
    """A topic, addresses, a server, a web address: each fault is named, and no address that is a secret."""
    wrong = {
        "INSIDERS_NOTICE_SNS": "insiders",
        "INSIDERS_NOTICE_EMAIL": "ops@example.com, nobody",
        "INSIDERS_NOTICE_SMTP": "mail.example.com/hush",
        "INSIDERS_NOTICE_WEBHOOK": "hooks.example.com/hush",
        "INSIDERS_HISTORY_URL": "ftp://history.example.com",
    }
    with pytest.raises(SettingsError) as refused:
        load(wrong, tmp_path)
    text = str(refused.value)
    assert all(name in text for name in wrong)
    assert "'nobody' is no address" in text
    assert "hush" not in text
    right = {
        "INSIDERS_NOTICE_SNS": "arn:aws:sns:eu-west-2:123456789012:insiders",
        "INSIDERS_NOTICE_EMAIL": "ops@example.com, shop@example.com",
        "INSIDERS_NOTICE_SMTP": "smtps://me:hush@mail.example.com:465",
        "INSIDERS_NOTICE_WEBHOOK": "https://hooks.example.com/services/hush",
    }
    assert "hush" not in repr(load(right, tmp_path))


def test_what_is_right_can_be_had_beside_what_is_not(tmp_path: Path) -> None:
    """Who is to tell of a fault needs to know whom to tell: a wrong setting is left out there, the others stay."""
    (tmp_path / ".env").write_text("INSIDERS_NOTICE_EMAIL=ada@example.com\nINSIDERS_BUCKET\n")
    found = sound({"INSIDERS_RETENTION_DAYS": "soon", "INSIDERS_OUTPUT": "out"}, tmp_path)
    assert (found.notice_email, found.retention_days) == ("ada@example.com", None)
    assert found.output == tmp_path / "out"
