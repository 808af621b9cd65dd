"""pyproject.toml, requirements.lock and environment.yml name the same packages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

CHECKOUT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base", "duckdb": "python-duckdb"}
THE_ORDER = ["papermill", "jupyter", "pandas", "scikit-learn", "torch", "umap-learn", "yellowbrick"]
THE_ORDER += ["boto3", "sqlalchemy", "psycopg2-binary"]


def declared(*, development: bool) -> dict[str, Requirement]:
    """Requirements of pyproject.toml by name."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if development else [])
    return {requirement.name: requirement for requirement in map(Requirement, lines)}


def locked() -> dict[str, list[Version]]:
    """Versions of requirements.lock by name; a package may differ by Python version."""
    versions: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", (CHECKOUT / "requirements.lock").read_text(), re.M):
        versions.setdefault(name, []).append(Version(version))
    return versions


def test_the_order_is_declared() -> None:
    """Each package of the order stands in pyproject.toml."""
    assert set(THE_ORDER) <= declared(development=False).keys()


def test_the_lock_serves_pyproject() -> None:
    """Every requirement of pyproject.toml but torch is locked, at a version in its range."""
    versions = locked()
    assert "torch" not in versions
    missing = [
        f"{name}{requirement.specifier}: locked {[str(version) for version in versions.get(name, [])]}"
        for name, requirement in declared(development=True).items()
        if name != "torch"
        and not (versions.get(name) and all(requirement.specifier.contains(version) for version in versions[name]))
    ]
    assert not missing, "renew the lock with 'make lock':\n" + "\n".join(missing)


def test_torch_is_pinned_in_its_range() -> None:
    """The second step installs a version of torch that pyproject.toml allows."""
    pinned = re.search(r"^TORCH_VERSION=(\S+)", (CHECKOUT / "infra/host/install.sh").read_text(), re.M)
    assert pinned
    assert declared(development=False)["torch"].specifier.contains(pinned[1])


def test_every_locked_file_has_a_digest() -> None:
    """Each locked package carries at least one SHA-256, so nothing else can be installed in its place."""
    blocks = re.split(r"^(?=[a-z0-9])", (CHECKOUT / "requirements.lock").read_text(), flags=re.M)[1:]
    assert blocks
    assert not [block.split()[0] for block in blocks if "--hash=sha256:" not in block]


def conda_ranges() -> dict[str, str]:
    """Name to range of everything environment.yml names, its pip section included."""
    entries = yaml.safe_load((CHECKOUT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    lines = [entry for entry in entries if isinstance(entry, str)]
    lines += [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]
    return dict(line.partition(" ")[::2] for line in lines)


@pytest.mark.parametrize("package", sorted(declared(development=False)))
def test_conda_users_get_the_same_set(package: str) -> None:
    """environment.yml names the package, under its conda name, with the same range."""
    ranges = conda_ranges()
    name = CONDA_NAMES.get(package, package)
    assert name in ranges
    assert SpecifierSet(ranges[name]) == declared(development=False)[package].specifier


def test_conda_names_nothing_else() -> None:
    """environment.yml has no package that pyproject.toml does not know."""
    own = {"python", "pip", "--editable"}
    assert conda_ranges().keys() == {CONDA_NAMES.get(name, name) for name in declared(development=False)} | own
