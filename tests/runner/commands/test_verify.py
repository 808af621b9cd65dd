"""`runner verify`."""

import json
import re
import shutil
from pathlib import Path

import pytest

from runner import cli
from runner.outcomes import ExitStatus
from runner.run import Ended
from tests.runner.bench import Bench


@pytest.fixture
def output(good: Ended, shared_bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shared runs, which the settings of the environment name."""
    folder = tmp_path / "output"
    shutil.copytree(shared_bench.settings.output, folder, symlinks=True)
    monkeypatch.setenv("INSIDERS_OUTPUT", str(folder))
    monkeypatch.setenv("INSIDERS_DATABASE_URL", f"sqlite:///{folder}/insiders.db")
    for name in ("INSIDERS_BUCKET", "INSIDERS_LEDGER_KEY", "INSIDERS_LEDGER_PUBLIC_KEY"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.mark.usefixtures("output")
def test_a_whole_archive(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures with their units, the ledger's head and root, and what they were compared with; exit status 0."""
    assert cli.main(["verify"]) == ExitStatus.SUCCEEDED
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"verified, all is whole: \d+ runs?, \d+ lines, \d+ files of .*, in .* s", lines[0])
    assert lines[-1].startswith("compared with: ")
    assert lines[-1].endswith(" lines in the database")


def test_damage_is_named(output: Path, good: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each damage, and exit status 8, also with --json."""
    place = f"small/{good.folder.name}/run.json"
    path = output / place
    path.write_bytes(path.read_bytes().replace(b'"succeeded"', b'"Succeeded"'))
    assert cli.main(["verify", "--quick"]) == ExitStatus.DAMAGED
    assert f"altered: {place}: expected " in capsys.readouterr().out
    assert cli.main(["verify", "--json"]) == ExitStatus.DAMAGED
    told = json.loads(capsys.readouterr().out)
    assert told["whole"] is False
    assert [(one["kind"], one["place"]) for one in told["damages"]] == [("altered", place)]


def test_a_proof_goes_out_and_is_checked_elsewhere(
    output: Path, good: Ended, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A proof is written, and checked where there is no archive; one that was altered does not hold."""
    path = tmp_path / "proof.json"
    assert cli.main(["verify", good.folder.name, "--proof", str(path)]) == ExitStatus.SUCCEEDED
    assert f"proof of {good.folder.name} written to {path}" in capsys.readouterr().out
    shutil.rmtree(output)
    assert cli.main(["verify", "--check", str(path)]) == ExitStatus.SUCCEEDED
    said = capsys.readouterr().out
    assert "  started by " in said
    assert f"the proof of {good.folder.name} holds" in said
    path.write_bytes(path.read_bytes().replace(b"succeeded", b"suCceeded", 1))
    assert cli.main(["verify", "--check", str(path), "--json"]) == ExitStatus.DAMAGED
    assert json.loads(capsys.readouterr().out)["holds"] is False


def test_what_is_damaged_is_not_proved(
    output: Path, good: Ended, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that is not as it was left gets no proof."""
    (output / "small" / good.folder.name / "new.txt").touch()
    assert cli.main(["verify", good.folder.name, "--proof", str(tmp_path / "proof.json")]) == ExitStatus.DAMAGED
    assert "no proof was written" in capsys.readouterr().out
    assert not (tmp_path / "proof.json").exists()


def test_a_run_without_a_folder_is_still_named(output: Path, good: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """A run whose folder is gone is found by its lines, and said to be missing."""
    shutil.rmtree(output / "small" / good.folder.name)
    assert cli.main(["verify", good.folder.name]) == ExitStatus.DAMAGED
    assert f"missing: small/{good.folder.name}" in capsys.readouterr().out


@pytest.mark.usefixtures("output")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--proof", "x.json"], "say which"),
        (["latest", "--check", "x.json"], "goes alone"),
        (["--check", "/nowhere/x.json"], "No such file"),
        (["019b"], "no run begins with"),
    ],
)
def test_a_wrong_command(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Options that do not go together, and what is not there, are told; exit status 2."""
    assert cli.main(["verify", *options]) == ExitStatus.USAGE
    assert said in capsys.readouterr().err


def test_no_archive_yet(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there was no run yet there is nothing to say, and nothing is wrong."""
    shutil.rmtree(output)
    assert cli.main(["verify"]) == ExitStatus.SUCCEEDED
    assert "there is no ledger yet" in capsys.readouterr().out
