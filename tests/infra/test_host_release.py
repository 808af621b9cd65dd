"""The parts of infra/host's scripts that need no host: what is refused, what is written, what makes room."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import certifi
import pytest

GOOD = {"directory": "/srv/insiders", "repository": "https://git.example.com/shop/insiders.git"}


def shell(checkout: Path, script: str, *words: str, status: int = 0) -> str:
    """What lines of the shell say that have read release.sh."""
    command = ["bash", "-euo", "pipefail", "-c", f'. "{checkout}/infra/host/release.sh"\n{script}', "test", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("directory", "srv/insiders"),
        ("directory", "/srv/../etc"),
        ("directory", "/srv/$(id)"),
        ("user", "root"),
        ("user", "-x"),
        ("pipeline", "../monthly"),
        ("pipeline", "--help"),
        ("schedule", "* * * * * root id"),
        ("schedule", "0 4 15 *\n* *"),
        ("zone", "UTC; id"),
        ("timer", "at"),
        ("services", "perhaps"),
        ("parameters", "/shop/$(id)"),
        ("repository", "ext::sh -c id"),
        ("repository", "--upload-pack=id"),
        ("repository", "https://me:secret@git.example.com/a.git"),
        ("repository", "http://git.example.com/a.git"),
        ("repository", ""),
    ],
)
def test_what_is_no_choice_is_refused(checkout: Path, name: str, value: str) -> None:
    """A choice that could be more than it seems is named before anything is done, without a password in the message."""
    given = "".join(f"printf -v {key} %s {sh(one)}\n" for key, one in {**GOOD, name: value}.items())
    said = shell(checkout, f"{given}check_choices", status=2)
    assert said.count("--") >= 1
    assert "nothing was done" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "repository",
    [GOOD["repository"], "ssh://git@git.example.com:22/a.git", "git@git.example.com:shop/a.git", "file:///srv/a.git"],
)
def test_what_is_a_choice_is_taken(checkout: Path, repository: str) -> None:
    """Repositories of the usual kinds, names, schedules and zones pass."""
    given = {
        **GOOD,
        "repository": repository,
        "schedule": "0 4 15 * 1-5",
        "zone": "America/Sao_Paulo",
        "region": "eu-west-2",
    }
    lines = "".join(f"printf -v {key} %s {sh(one)}\n" for key, one in {**given, "parameters": "/shop"}.items())
    assert (
        shell(checkout, f"{lines}check_choices; for one in v1 v1.2.3-rc.1 2026/11 a1b2c3d; do check_tag $one; done")
        == ""
    )


def test_what_was_chosen_is_recalled_and_never_run(checkout: Path, tmp_path: Path) -> None:
    """The file is read as names and values; a line for another variable, or with a command, does nothing."""
    (tmp_path / "host").write_text("user=shop\nPATH=/nowhere\nschedule=$(touch it)\nzone=a=b\n")
    said = shell(checkout, f"recall {tmp_path}/host; echo $user; echo $schedule; echo $zone; ls >/dev/null")
    assert said.splitlines() == ["shop", "$(touch it)", "a=b"]


def test_a_file_is_put_whole_and_only_if_it_differs(checkout: Path, tmp_path: Path) -> None:
    """A second time nothing is written; the mode is part of what it should be."""
    put = f"echo content | put {tmp_path}/file 640 $(id -gn)"
    assert shell(checkout, f"{put}; {put}; {put}").count("wrote") == 1
    assert oct((tmp_path / "file").stat().st_mode)[-3:] == "640"
    (tmp_path / "file").chmod(0o666)
    assert "wrote" in shell(checkout, put)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


CERTIFICATES = {
    "none": ("return 22", "", "no connection to the database is made"),
    "away": ("return 22", "old", "stay"),
    "a page": ("echo '<html>' > \"$file\"", "old", "stay"),
    "whole": ('cp $BUNDLE "$file"', "old", "wrote"),
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_the_databases_certificates_are_certificates_or_stay(checkout: Path, tmp_path: Path, case: str) -> None:
    """What is fetched takes the old ones' place only if it holds authorities; without any the connection fails."""
    fetched, before, said = CERTIFICATES[case]
    candidate, target = tmp_path / ".candidate", tmp_path / "database-ca.pem"
    candidate.mkdir()
    (candidate / ".env").write_text(f"INSIDERS_DATABASE_URL=postgresql://db/x?sslrootcert={target}\n")
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / ".venv").symlink_to(sys.prefix)
    if before:
        target.write_text(before)
    words = (
        f"curl() {{ local file=${{@: -2:1}}; {fetched}; }}\nparameters=/x directory={tmp_path} candidate={candidate}"
    )
    words = words.replace("$BUNDLE", certifi.where())
    assert said in shell(checkout, f"{words} release={tmp_path}/release; place_certificate")
    after = target.read_text() if target.exists() else ""
    assert after == (Path(certifi.where()).read_text() if case == "whole" else before)


@pytest.mark.parametrize(
    ("fetched", "said"), [("exit 22", "cannot be had"), ("echo x", "its signer's key cannot be read")]
)
def test_an_agent_that_amazon_has_not_signed_is_not_installed(
    checkout: Path, tmp_path: Path, fetched: str, said: str
) -> None:
    """What cannot be had, or is not signed, is said in a line, and the host goes on without it."""
    if not shutil.which("gpg"):
        pytest.skip("gpg is not installed here")
    for name, content in (
        ("curl", f'for file; do :; done; set -- "${{@: -2:1}}"; {fetched} > "$1"'),
        ("dpkg", "echo amd64"),
    ):
        (tmp_path / name).write_text(f"#!/bin/bash\n{content}\n")
        (tmp_path / name).chmod(0o755)
    script = [str(checkout / "infra/host/cloudwatch.sh"), "eu-west-2", "/dev/null"]
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(script, env=path, capture_output=True, text=True)
    assert done.returncode == 1
    assert said in done.stderr
    assert "CloudWatch hears nothing from this host" in done.stderr


@pytest.mark.parametrize(
    ("timer", "systemd", "said"),
    [("cron", True, "take --timer systemd"), ("auto", False, "take --timer systemd"), ("auto", True, "timers")],
)
def test_a_time_that_cron_cannot_say_is_systemds_or_said(checkout: Path, timer: str, systemd: bool, said: str) -> None:
    """Where cron refuses, systemd is asked if it may be, and nobody is left thinking that a run will be made."""
    words = "schedule_by() { return 2; }; set_timers() { echo timers; }; cron() { :; }"
    words += f"; systemd_runs() {{ {str(systemd).lower()}; }}; timer={timer}; set_clock; echo $clockless"
    assert said in shell(checkout, words)


def test_only_this_pipelines_entries_are_taken_out(checkout: Path, tmp_path: Path) -> None:
    """An entry of another pipeline, or of another folder, is its owner's."""
    line = "0 4 15 * * insiders cd {0} && {0}/.venv/bin/runner cron run {1}{2}\n"
    for name, given in {
        "ours": (f"{tmp_path}/current", "monthly", ""),
        "zone": (f"{tmp_path}/current", "monthly", " --zone Etc/UTC"),
        "theirs": (f"{tmp_path}/current", "monthly2", ""),
        "elsewhere": ("/srv/other/current", "monthly", ""),
    }.items():
        (tmp_path / name).write_text(line.format(*given))
    look = "for one in ours zone theirs elsewhere none; do ! starts $directory/$one monthly || echo $one; done"
    assert shell(checkout, f"directory={tmp_path}; {look}").split() == ["ours", "zone"]


def test_old_releases_make_room_unless_they_are_used(checkout: Path, tmp_path: Path) -> None:
    """The newest three stay, the current one, the one before, and one that a living process comes from."""
    releases = tmp_path / "releases"
    for age, name in enumerate(["v7", "v6", "v5", "v4", "v3", "v2", "v1", "half"]):
        (releases / name / ".venv").mkdir(parents=True)
        if name != "half":
            ready = releases / name / ".venv" / "ready"
            ready.touch()
            os.utime(ready, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "current").symlink_to("releases/v2")
    (tmp_path / "previous").symlink_to("releases/v3")
    with subprocess.Popen(["sleep", "60"], cwd=releases / "v1") as used:
        said = shell(checkout, f"directory={tmp_path}; prune")
        used.kill()
    assert {path.name for path in releases.iterdir()} == {"v7", "v6", "v5", "v3", "v2", "v1"}
    assert "v1 is old and still used" in said
    shell(checkout, f"directory={tmp_path}; prune")
    assert not (releases / "v1").exists()


def test_every_script_is_good_shell(checkout: Path) -> None:
    """Bash reads each script, and each that a person calls says how without doing anything."""
    for script in sorted((checkout / "infra/host").glob("*.sh")):
        subprocess.run(["bash", "-n", str(script)], check=True)
    for name in ("update", "rollback"):
        done = subprocess.run([checkout / f"infra/host/{name}.sh", "--help"], capture_output=True, text=True)
        assert (done.returncode, "usage" in done.stderr) == (2, True)
    done = subprocess.run([checkout / "infra/host/bootstrap.sh", "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.startswith("usage")) == (0, True)


def sh(text: str) -> str:
    """A word of the shell."""
    return "'" + text.replace("'", "'\\''") + "'"
