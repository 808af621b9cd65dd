"""`runner serve`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from runner import cli
from tests.runner.desk.archives import put, settings_in


def test_a_desk_is_served_until_it_is_stopped(tmp_path: Path) -> None:
    """It says where it is and what the token is, shows the runs, and ends with a signal as it should."""
    settings = settings_in(tmp_path)
    run = put(settings).name
    places = {"INSIDERS_OUTPUT": str(settings.output), "INSIDERS_DATABASE_URL": settings.database_url}
    environment = {**os.environ, **places, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "runner", "serve", "--port", "0", "--write", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as desk:
        try:
            assert desk.stdout is not None
            told = json.loads(desk.stdout.readline())
            with urllib.request.urlopen(told["url"], timeout=30) as answer:
                assert run in answer.read().decode()
            assert len(told["token"]) >= 32
            desk.terminate()
            assert desk.wait(30) in (0, -15)
        finally:
            desk.kill()
    assert [path.suffix for path in (tmp_path / "cache" / "insiders").glob("*.sqlite")] == [".sqlite"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--trust-header", "X-User"], "go together"),
        (["--token-file", "none"], "goes with --write"),
        (["--token-file", "none", "--write"], "cannot be read"),
        (["--port", "{taken}"], "cannot listen"),
        (["--host", "no.such.host.invalid"], "cannot listen"),
    ],
)
def test_what_cannot_be_served_is_refused(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A half-named proxy, a token that is none, a port that is taken: exit 2 and one line."""
    settings = settings_in(tmp_path)
    monkeypatch.setenv("INSIDERS_OUTPUT", str(settings.output))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = [one.format(taken=taken.getsockname()[1]) for one in options]
        assert cli.main(["serve", *given]) == 2
    assert said in capsys.readouterr().err
