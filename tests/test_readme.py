"""The promises of the README."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from runner import cli
from runner.ledger.signing import Signer, Verifier
from runner.settings import NAMES
from tests.monthly import runner

CHECKOUT = Path(__file__).resolve().parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    re.split(r"\s+# ", line)[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
RUNNER = [command for command in COMMANDS if command.startswith("runner ")]
MAKE = [command for command in COMMANDS if command.startswith("make ")]
ONLY_LOOK = {"backfill monthly": ["--dry-run"], "cron install": ["--systemd"]}
"""What keeps a command from changing anything, this host's crontab above all."""
OPENSSL = [command for command in COMMANDS if command.startswith("openssl ")]


def test_every_command_is_of_a_kind_that_is_tried() -> None:
    """Each command of the README is make's or the runner's, or makes the keys of the ledger."""
    assert COMMANDS
    assert sorted(COMMANDS) == sorted(RUNNER + MAKE + OPENSSL)


def test_the_keys_of_the_ledger_are_made_as_told(tmp_path: Path) -> None:
    """The commands that the README gives for it make a key that signs, and one that checks."""
    for command in OPENSSL:
        subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True)
    signer = Signer.read("ledger.pem", tmp_path)
    assert Verifier.read("ledger.pub", tmp_path).digits == signer.verifier.digits


@pytest.mark.parametrize("command", MAKE)
def test_make_knows_its_targets(command: str) -> None:
    """A `make` command of the README names a target of the Makefile."""
    targets = re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert command.split()[1] in targets


@pytest.mark.parametrize("command", MAKE)
def test_make_would_call_programs_that_exist(command: str) -> None:
    """What a `make` command of the README would call is there: programs of `.venv`, scripts of the project."""
    said = subprocess.run(
        ["make", "--dry-run", "--always-make", command.split()[1]], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    scripts = re.findall(r"infra/\S+\.sh", said.stdout)
    assert scripts
    assert not [script for script in scripts if not os.access(CHECKOUT / script, os.X_OK)]
    programs = set(re.findall(r"\.venv/bin/(\S+)", said.stdout))
    assert not [program for program in programs if not Path(sys.executable).with_name(program).exists()]


@pytest.mark.parametrize("command", RUNNER)
def test_the_runner_takes_its_commands(command: str) -> None:
    """A `runner` command of the README is one that the command line takes, arguments and all."""
    _, name, *arguments = shlex.split(command)
    cli.parser_for(name, cli.load(name)).parse_args(arguments)


@pytest.mark.parametrize("command", [one for one in RUNNER if one.split()[1] not in ("run", "serve")])
def test_commands_answer_before_the_first_run(command: str, tmp_path: Path) -> None:
    """A command that ends by itself gives an answer or one clear line where nothing has run, never a stack trace."""
    (tmp_path / "notebooks").symlink_to(CHECKOUT / "notebooks")
    asked = command.removeprefix("runner ")
    done = runner(
        *shlex.split(asked),
        *ONLY_LOOK.get(" ".join(asked.split()[:2]), ()),
        environment={"INSIDERS_OUTPUT": str(tmp_path)},
        here=tmp_path,
    )
    assert done.returncode in (0, 2, 3), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.strip() or done.stderr.strip()


def test_every_command_is_documented() -> None:
    """Each command of the runner stands in the README."""
    assert not [name for name in cli.COMMANDS if f"runner {name}" not in README]


@pytest.mark.parametrize("text", [README, (CHECKOUT / ".env.example").read_text()], ids=["README.md", ".env.example"])
def test_every_setting_is_documented(text: str) -> None:
    """Each setting stands in the README and in .env.example."""
    assert not [name for name in NAMES if name not in text]


def test_the_map_is_complete() -> None:
    """Each file and folder at the top of the tree stands in the README's map."""
    tracked = {path.name for path in CHECKOUT.iterdir() if not path.name.startswith(".")}
    ignored = {"data", "README.md"} | {name for name in tracked if name.endswith(".egg-info")}
    assert not [name for name in sorted(tracked - ignored) if f"`{name}" not in README]


def test_exit_statuses_are_explained() -> None:
    """Each exit status that the command line lists stands in the operator's table."""
    for status in re.findall(r"^  (\d+)", cli.STATUSES, re.MULTILINE):
        assert re.search(rf"^\| {status}\b", README, re.MULTILINE), status
