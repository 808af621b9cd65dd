"""infra/host in a clean root: a host is set up, updated, rolled back, and a run that is under way is never cut."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.infra.clean_root import CleanRoot, clean_root, git, install_script, reach
from tests.servers import AWS

NEEDED = ("unshare", "nsenter", "runuser", "useradd", "flock", "cron", "crontab", "logrotate")
HOST, HOME = "/srv/insiders", "/var/lib/insiders"
UPDATE, ROLLBACK = f"{HOST}/current/infra/host/update.sh", f"{HOST}/current/infra/host/rollback.sh"
PIPELINE = 'name: tiny\nschedule: "0 4 15 * *"\nsteps:\n  - name: wait\n    notebook: tiny.ipynb\n'
WAITS = f"""import time
from pathlib import Path

Path("{HOME}/begun").touch()
while not Path("{HOME}/go").exists():
    time.sleep(0.05)
print("RELEASE")
"""
STATE = f"""find {HOST} /etc/cron.d /etc/logrotate.d {HOME} -not -path '*.git/*' -not -name .lock \
    -not -path '*/__pycache__*' -not -path '{HOME}/.*' -type f -printf '%p %m %u %T@\\n' | sort"""
PATIENCE_S = 180


def notebook(source: str) -> str:
    """A notebook of one cell."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CleanRoot]:
    """The root, without a host in it yet."""
    if os.geteuid() != 0:
        pytest.skip("only root sets up a host")
    if missing := [name for name in NEEDED if not shutil.which(name)]:
        pytest.skip(f"not installed here: {', '.join(missing)}; infra/host/test-packages.sh installs what Debian has")
    with clean_root(tmp_path_factory.mktemp("root")) as made:
        if made is None:
            pytest.skip("this machine lets nobody mount an overlay in a namespace of its own")
        reach(made, Path(sys.executable).resolve(), Path(sys.prefix).resolve())
        yield made


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """The project as it stands here, with a small pipeline, packages that are there already, and three tags."""
    folder = tmp_path_factory.mktemp("repository")
    names = git(
        checkout, "ls-files", "-co", "--exclude-standard", "--", "infra", "runner", "pyproject.toml", ".gitignore"
    )
    for name in names.splitlines():
        if (checkout / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(checkout / name, folder / name)
    (folder / "infra/host/install.sh").write_text(install_script())
    (folder / "notebooks").mkdir()
    (folder / "notebooks/tiny.yml").write_text(PIPELINE)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for tag, source in (("v1", WAITS), ("v2", WAITS), ("broken", "import no_such_module")):
        (folder / "notebooks/tiny.ipynb").write_text(notebook(source.replace("RELEASE", tag)))
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "-m", tag)
        git(folder, "tag", tag)
    return folder


@pytest.fixture(scope="module")
def bootstrap(repository: Path) -> list[str]:
    """The command that sets up a host at the first tag, but for where its settings come from."""
    script = str(repository / "infra/host/bootstrap.sh")
    return [script, "--repository", f"file://{repository}", "--tag", "v1", "--pipeline", "tiny", "--no-packages"]


@pytest.fixture(scope="module")
def host(root: CleanRoot, bootstrap: list[str]) -> CleanRoot:
    """A host that was set up by hand, at the first tag."""
    root.write("/root/settings.env", "# by hand\nINSIDERS_SOURCE=demo\nSHOP_TOKEN=a-secret-of-the-shop\n", "600")
    said = root.run(*bootstrap, "--settings", "/root/settings.env")
    assert "ready: tiny runs from v1" in said
    assert "a-secret-of-the-shop" not in said
    return root


def test_a_host_is_set_up(host: CleanRoot) -> None:
    """The user owns its runs and no program; settings are closed to others; cron, its log's rotation and git agree."""
    look = host.shell(
        f"readlink {HOST}/current; stat -c '%a %U %G' {HOST}/settings.env {HOME}/output {HOST}/releases/v1"
    )
    assert look.splitlines() == ["releases/v1", "640 root insiders", "750 insiders insiders", "755 root root"]
    settings = host.shell(f"runuser -u insiders -- cat {HOST}/current/.env").splitlines()
    assert settings[1:] == [
        "INSIDERS_SOURCE=demo",
        "SHOP_TOKEN=a-secret-of-the-shop",
        "",
        f"INSIDERS_OUTPUT={HOME}/output",
    ]
    owned = host.shell(f"runuser -u insiders -- find {HOST} -writable -not -type l")
    assert owned == f"{HOST}/releases/v1/.git/worktrees"
    entry = host.shell("cat /etc/cron.d/insiders-tiny")
    assert f"0 4 15 * * insiders cd {HOST}/current && {HOST}/current/.venv/bin/runner cron run tiny" in entry
    assert "a-secret" not in entry
    assert "error" not in host.run("logrotate", "--debug", "/etc/logrotate.d/insiders")
    assert host.shell(f"git -C {HOST}/current status --porcelain") == ""


def test_an_earlier_runs_code_can_be_laid_out(host: CleanRoot) -> None:
    """What `runner rerun` asks of git works for the user, who may write nothing else in a release."""
    git_ = f"git -c safe.directory='*' -C {HOST}/releases/v1 worktree"
    beside = f"{git_} add --quiet --detach {HOME}/earlier && {git_} remove {HOME}/earlier && {git_} prune"
    assert host.shell(f'runuser -u insiders -- sh -c "{beside}"') == ""
    assert host.shell(f"stat -c %U {HOST}/releases/v1/.git/worktrees") == "insiders"


def test_to_set_up_again_changes_nothing(host: CleanRoot, bootstrap: list[str]) -> None:
    """The same command a second time leaves every file as it was."""
    before = host.shell(STATE)
    said = host.run(*bootstrap, "--settings", "/root/settings.env")
    assert "ready: tiny runs from v1" in said
    assert "wrote" not in said
    assert host.shell(STATE) == before


def test_an_update_and_the_way_back_leave_a_run_alone(host: CleanRoot) -> None:
    """A run that cron has started goes on in its release while the host moves to another and back, and says so."""
    line = host.shell("sed -n 's/.* insiders cd /cd /p' /etc/cron.d/insiders-tiny | head -n 1")
    cron = host.command(
        "runuser", "-u", "insiders", "--", "env", "-i", "HOME=/", "PATH=/usr/bin:/bin", "sh", "-c", line
    )
    with subprocess.Popen(cron, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        wait_for(host, f"{HOME}/begun", run)
        assert "what runs from v1 goes on there to its end" in host.run(UPDATE, "v2")
        assert host.shell(f"readlink {HOST}/current {HOST}/previous").split() == ["releases/v2", "releases/v1"]
        said = host.run(ROLLBACK)
        assert "ready: tiny runs from v1" in said
        assert "what runs from" not in said
        assert host.shell(f"readlink {HOST}/current {HOST}/previous").split() == ["releases/v1", "releases/v2"]
        assert run.poll() is None
        used = f"for one in {HOST}/releases/*; do ! in_use $one || basename $one; done"
        assert host.shell(f". {HOST}/current/infra/host/release.sh; {used}") == "v1"
        host.run("touch", f"{HOME}/go")
        assert (run.wait(PATIENCE_S), run.stdout and run.stdout.read()) == (0, "")
    record = json.loads(host.shell(f"cat {HOME}/output/tiny/*/run.json"))
    git_ = record["provenance"]["git"]
    assert (record["status"], record["provenance"]["user"]) == ("succeeded", "insiders")
    assert (git_["commit"], git_["dirty"]) == (host.shell(f"git -C {HOST}/releases/v1 rev-parse HEAD"), False)
    assert host.shell(f"cut -d' ' -f2- {HOST}/moves.log | cut -d'(' -f1").splitlines() == [
        "nothing -> v1 ",
        "v1 -> v2 ",
        "v2 -> v1 ",
    ]


def test_a_release_that_would_refuse_to_run_is_not_switched_to(host: CleanRoot) -> None:
    """What the check finds is said, the host stays where it is, and whoever insists may go on."""
    before = host.shell(STATE)
    said = host.run(UPDATE, "broken", status=3)
    assert "no_such_module" in said
    assert "nothing was switched" in said
    after = host.shell(f"{STATE} | grep -v releases/broken")
    assert after == before


def test_two_updates_at_once_are_refused(host: CleanRoot) -> None:
    """The second one says that there is a first one."""
    assert "under way" in host.run("flock", f"{HOST}/.lock", UPDATE, "v1", status=4)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("main", "is a branch"),
        ("v9", "no tag or commit v9 (the newest tags:"),
        ("../../etc", "is no name"),
        ("v1;id", "is no name"),
        ("$(id)", "is no name"),
        ("--upload-pack=id", "usage"),
        ("v1 v2", "is no name"),
    ],
)
def test_what_is_no_release_is_refused(host: CleanRoot, tag: str, said: str) -> None:
    """A branch, an unknown tag and a hostile one change nothing."""
    assert said in host.run(UPDATE, tag, status=2)


def test_a_tag_that_was_moved_is_refused(host: CleanRoot, repository: Path) -> None:
    """What a tag was when it was installed it has to stay."""
    host.run("git", "-C", str(repository), "tag", "--force", "v1", "v2")
    try:
        assert "tags do not move" in host.run(UPDATE, "v1", status=2)
    finally:
        host.run("git", "-C", str(repository), "tag", "--force", "v1", "v2~1")


def test_timers_of_systemd_take_the_place_of_cron(host: CleanRoot, bootstrap: list[str]) -> None:
    """The other clock is one option away: its units are right in systemd's own eyes, and never both are there."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed here")
    host.run(*bootstrap, "--timer", "systemd", "--zone", "Europe/Lisbon")
    units = host.shell("ls /etc/systemd/system/insiders-*; ls /etc/cron.d").split()
    assert "insiders-tiny" not in units
    assert {Path(unit).name for unit in units} >= {"insiders-tiny.timer", "insiders-tiny-check.service"}
    host.run("systemd-analyze", "verify", *(unit for unit in units if unit.endswith((".service", ".timer"))))
    assert "OnCalendar=*-*-15 4:0:00 Europe/Lisbon" in host.shell("cat /etc/systemd/system/insiders-tiny.timer")


@pytest.fixture
def aws(s3_endpoint: str) -> str:
    """An AWS that tells the host what infra/terraform tells it."""
    given = {"endpoint_url": s3_endpoint, "region_name": AWS["AWS_DEFAULT_REGION"]}
    ssm, secrets = boto3.client("ssm", **given), boto3.client("secretsmanager", **given)
    login = {
        "host": "127.0.0.1",
        "port": 1,
        "dbname": "insiders",
        "engine": "postgres",
        "password": "p4ssw0rdOfTheWriter",
    }
    told: dict[str, Any] = {"host/pipeline": "tiny", "host/schedule": "30 5 1 * *", "host/time-zone": "Etc/UTC"}
    for part in ("writer", "reader"):
        made = secrets.create_secret(
            Name=f"shop/{part}", SecretString=json.dumps({**login, "username": f"insiders_{part}"})
        )
        told[f"host/{part}-secret"] = made["ARN"]
    told |= {"environment/INSIDERS_OUTPUT": f"{HOME}/output", "environment/INSIDERS_SOURCE": "demo"}
    for name, value in told.items():
        ssm.put_parameter(Name=f"/shop/{name}", Value=value, Type="String", Overwrite=True)
    return s3_endpoint


def test_a_host_is_set_up_from_parameters(host: CleanRoot, bootstrap: list[str], aws: str) -> None:
    """Settings, schedule and logins come from AWS; a database without logins is said and stops nothing."""
    certificate = next(Path("/etc/ssl/certs").glob("*.pem"))
    words = ("--settings-from-parameters", "/shop", "--region", "eu-west-2", "--root-certificate", str(certificate))
    said = host.run(*bootstrap, *words, "--timer", "cron", environment={"AWS_ENDPOINT_URL": aws, **AWS})
    assert "NOT READY: tiny would be refused" in said
    assert "p4ssw0rd" not in said
    settings = host.shell(f"cat {HOST}/settings.env")
    assert f"verify-full&sslrootcert={HOST}/database-ca.pem" in settings
    assert "p4ssw0rdOfTheWriter@127.0.0.1:1/insiders" in settings
    assert host.shell(f"stat -c '%a %U' {HOST}/reader.env {HOST}/database-ca.pem").split() == [
        "600",
        "root",
        "644",
        "root",
    ]
    assert "30 5 1 * * insiders" in host.shell("cat /etc/cron.d/insiders-tiny")
    units = [f"/etc/systemd/system/insiders-{name}.service" for name in ("dashboard", "history")]
    assert host.shell("ls /etc/systemd/system/insiders-*").split() == units
    host.run("systemd-analyze", "verify", *units)
    boto3.client("ssm", endpoint_url=aws).delete_parameter(Name="/shop/host/pipeline")
    before = host.shell(STATE)
    said = host.run(UPDATE, status=3, environment={"AWS_ENDPOINT_URL": aws, **AWS})
    assert "/shop/host/pipeline is missing" in said
    assert "goes on as it was" in said
    assert host.shell(STATE) == before


def wait_for(host: CleanRoot, path: str, process: subprocess.Popen[str]) -> None:
    """Until a file is there, or the process that is to make it has ended."""
    ends = time.monotonic() + PATIENCE_S
    while host.shell(f"test -e {path} && echo there || true") != "there":
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < ends
        time.sleep(0.05)
