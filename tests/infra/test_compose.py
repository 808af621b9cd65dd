"""The compose installation as it is written: its file, its secrets, and the guide to it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from runner.settings import CHECKOUT
from tests.infra.compose import COMPOSE, make_secrets, services, told, variables

LOGINS = {
    "database": ["private/database.env"],
    "store": ["private/store.env"],
    "setup": ["private/setup.env"],
    "runner": ["private/settings.env", "private/runner.env"],
    "dashboard": ["private/dashboard.env"],
    "history": [],
}
NETWORKS = {
    "database": {"results"},
    "store": {"archive"},
    "setup": {"results", "archive"},
    "runner": {"results", "archive", "outside"},
    "dashboard": {"results", "outside"},
    "history": {"outside"},
}


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The passwords and keys of an installation."""
    folder = tmp_path_factory.mktemp("compose") / "private"
    make_secrets(folder)
    return folder


def test_the_file_is_one_that_compose_reads(private: Path, tmp_path: Path) -> None:
    """Compose itself finds nothing wrong with it, and every file that it names is there."""
    plugin = shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    program = ["docker", "compose"] if plugin == 0 else ["docker-compose"]
    if shutil.which(program[0]) is None:
        pytest.skip("neither docker compose nor docker-compose is installed; `config` needs no engine")
    shutil.copytree(COMPOSE, tmp_path / "infra" / "compose", ignore=shutil.ignore_patterns("private", ".env"))
    shutil.copytree(private, tmp_path / "infra" / "compose" / "private")
    file = tmp_path / "infra" / "compose" / "compose.yml"
    done = subprocess.run([*program, "-f", file, "config", "--format", "json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(services())


def test_files_that_are_mounted_are_there() -> None:
    """What Compose would make as an empty folder, were it missing."""
    mounts = [mount.split(":") for service in services().values() for mount in service.get("volumes", ())]
    named = {source for source, *_ in mounts if source.startswith(".")}
    assert named
    for source in named - {"./private/authority.crt"}:
        assert (COMPOSE / source).is_file(), source
    assert {source for source, *_ in mounts} - named == set(told()["volumes"])


def test_no_service_can_more_than_it_must() -> None:
    """No capabilities, no new privileges, no writing outside of volumes, limits; and only the database has more."""
    for name, service in services().items():
        assert (service["cap_drop"], service["security_opt"], service["read_only"]) == (
            ["ALL"], ["no-new-privileges:true"], True), name  # fmt: skip
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service.get("privileged") is None, name
        assert not any("docker.sock" in mount for mount in service.get("volumes", ())), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert bool(service.get("cap_add")) == (name == "database"), name
        tag = service["image"].rpartition(":")[2]
        assert tag != "latest"
        assert "/" not in tag, name
    assert {name for name, network in told()["networks"].items() if network.get("internal")} == {"results", "archive"}


def test_each_service_is_given_its_own_and_reaches_its_own() -> None:
    """One file of secrets for each, and the networks of what it has a login for; the history has none."""
    for name, service in services().items():
        files = service.get("env_file", [])
        assert ([files] if isinstance(files, str) else files) == LOGINS[name], name
        assert set(service["networks"]) == NETWORKS[name], name
        shared = [mount for mount in service.get("volumes", ()) if mount.startswith("state:")]
        assert all(mount.endswith(":ro") for mount in shared) or name == "runner", name


def test_secrets_are_made_once_and_are_nobody_elses_to_read(private: Path) -> None:
    """Files of this user only, no value twice but where two must agree, and a second call that changes nothing."""
    files = sorted(path for path in private.iterdir() if path.suffix == ".env")
    before = {path: path.read_bytes() for path in files}
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    assert private.stat().st_mode & 0o077 == 0
    assert "stays as it is" in make_secrets(private)
    assert {path: path.read_bytes() for path in files} == before
    passwords = re.findall(rb"\b[0-9a-f]{48}\b", b"".join(before.values()))
    assert len(passwords) == 9  # the administrator's; owner, writer and reader on both sides; two of the archive
    assert len(set(passwords)) == 6
    assert not list(private.glob("*.key"))
    assert len(variables(private / "runner.env")["INSIDERS_LEDGER_KEY"]) == 64
    names = ["private/runner.env", "private.aB3/runner.env", ".env"]
    ignored = subprocess.run(["git", "check-ignore", "--no-index", *names], cwd=COMPOSE, capture_output=True, text=True)
    assert ignored.stdout.split() == names


def test_a_broken_off_attempt_is_not_taken_for_secrets(tmp_path: Path) -> None:
    """A folder without its last file is refused, and left alone."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "runner.env").write_text("A=1\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        make_secrets(tmp_path / "private")
    assert "not complete" in refused.value.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["private", "runner.env"]


def test_commands_of_the_guide_name_what_is_there() -> None:
    """Services, volumes, scripts and commands of the runner in docs/single-host.md exist."""
    text = (CHECKOUT / "docs" / "single-host.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line.partition("  #")[0] for line in "".join(blocks).replace("\\\n", "").splitlines()]
    acts = [part.split() for line in lines for part in line.split("&&")]
    asked = [words[1:] for words in acts if words[0] == "insiders"]
    subcommands = ("exec", "run", "build", "up", "stop", "logs", "ps", "create", "rm")
    assert {words[0] for words in asked} == set(subcommands)
    for words in asked:
        named = [word for word in words[1:] if not word.startswith("-")]
        services_named = named[:1] if words[0] in ("exec", "run", "logs") else named
        assert set(services_named) <= set(services()), words
    commands = {path.stem for path in (CHECKOUT / "runner" / "commands").glob("*.py")}
    assert set(re.findall(r"(?:runner |setup |bin/)runner ([a-z]+)", "\n".join(lines))) <= commands
    scripts = re.findall(r"infra/compose/[a-z/]+\.(?:sh|yml)", text)
    assert len(set(scripts)) >= 4
    for script in scripts:
        assert (CHECKOUT / script).is_file(), script
    mounted = set(re.findall(r"-v insiders_([a-z]+):", text))
    assert mounted == set(told()["volumes"])
