"""The command line as a whole."""

import os
import re
import resource
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner import cli, settings
from runner.notices.event import made
from runner.notices.memory import Memory

HEAVY = {"papermill", "pandas", "torch", "rich", "nbformat", "sqlalchemy", "boto3", "pydantic", "yaml"}


def test_help_is_instant() -> None:
    """The overview comes in under 0.15 s of CPU time, and without any heavy package."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "runner", "--help"], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime < 0.15
    program = "import sys, runner.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


def test_a_run_builds_no_grammar() -> None:
    """What starts a run loads nbformat and its schemas without the grammar of a format that no notebook has."""
    program = "import sys, runner.execute, jsonschema; print(*(name for name, one in sys.modules.items() if one))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"nbformat", "jsonschema"} <= set(loaded)
    assert not {"rfc3987_syntax", "lark"} & set(loaded)


def test_the_overview_names_every_command(checkout: Path) -> None:
    """Commands are those that have a file, and the exit statuses are told."""
    files = {path.stem for path in (checkout / "runner" / "commands").glob("*.py")} - {"__init__"}
    assert set(cli.COMMANDS) == files
    shown = cli._overview().format_help()
    assert all(re.search(rf"^  {name} ", shown, re.MULTILINE) for name in files)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_helps_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`runner COMMAND --help` says what it does and shows an example that the command itself accepts."""
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    lines = re.findall(r"^  runner (.*)", shown.partition("example:\n")[2], re.MULTILINE)
    assert lines
    for line in lines:
        words = shlex.split(line, comments=True)
        assert words[0] == name
        cli.parser_for(name, cli.load(name)).parse_args(words[1:])


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_that_prints_facts_has_json(name: str) -> None:
    """Every command can be read by a program."""
    assert "--json" in cli.parser_for(name, cli.load(name)).format_help()


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["run"], ["history", "--since", "soon"], ["history", "-n", "-1"], ["show"]]
)
def test_a_wrong_command_is_exit_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The message says what was wrong."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_without_a_command_the_overview_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """It is no success either."""
    assert cli.main([]) == 2
    assert "runner run monthly" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    """`runner … | head` ends quietly."""
    command = f"{sys.executable} -m runner params monthly --json | true; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "INSIDERS_OUTPUT": str(tmp_path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment)
    assert "Traceback" not in done.stderr


def test_notices_change_no_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A channel that is away is said after the command, and a command that only looks asks no channel."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("INSIDERS_NOTICE_WEBHOOK", "http://127.0.0.1:1/hook")
    monkeypatch.delenv("INSIDERS_BUCKET", raising=False)
    monkeypatch.delenv("INSIDERS_DATABASE_URL", raising=False)
    places = settings.load()
    event = made(places, "monthly-missed", "missed", "monthly", "was missed", datetime.now(UTC))
    Memory.of(places).note(event, ("webhook",))
    assert cli.main(["history"]) == 0
    assert "notice" not in capsys.readouterr().err
    for command, status in ((["sync"], 0), (["run", "nothing"], 2)):
        assert cli.main(command) == status
        said = "runner: notice not sent by webhook: the web address at 127.0.0.1: cannot be reached"
        assert said in capsys.readouterr().err
