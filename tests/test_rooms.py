"""The rooms of the project and who may import whom."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = ("dashboard", "insiders", "runner")
FORBIDDEN = {
    "dashboard": {"runner", "papermill", "boto3", "alembic", "nbclient", "jupyter_client"},
    "insiders": {"runner", "papermill", "dashboard", "boto3", "sqlalchemy", "psycopg2", "alembic"},
    "runner": {"insiders", "pandas", "sklearn", "torch", "dashboard"},
    "notebooks": {"runner", "papermill", "dashboard", "boto3", "sqlalchemy", "psycopg2", "os", "subprocess"},
}
LOWER = {
    "runner.stores": {"runner.delivery", "runner.tables", "runner.promotion"},
    "runner.records": {"runner.comparison", "runner.desk", "runner.editing"},
    "runner.comparison": {"runner.desk", "runner.editing"},
    "runner.editing": {"runner.comparison", "runner.desk"},
    "runner.tables": {"runner.delivery", "runner.stores", "runner.promotion"},
    **{
        f"insiders.{room}": {
            "insiders.findings",
            "insiders.readings",
            "insiders.charts",
            "insiders.answers",
            "insiders.store_answers",
            *above,
        }
        for room, above in {
            "engines": ("insiders.transactions", "insiders.customers", "insiders.series", "insiders.handoff"),
            "transactions": ("insiders.customers", "insiders.series", "insiders.policies", "insiders.segments"),
            "customers": ("insiders.policies", "insiders.membership", "insiders.segments", "insiders.rules"),
            "policies": ("insiders.membership", "insiders.segments", "insiders.rules", "insiders.high_value"),
            "membership": ("insiders.segments", "insiders.rules", "insiders.placement"),
            "high_value": ("insiders.policies", "insiders.membership", "insiders.rules", "insiders.segments"),
            "segments": (),
            "rules": (),
            "placement": (),
            "prospects": (),
            "series": ("insiders.statistical", "insiders.boosting", "insiders.recurrent", "insiders.forecasting"),
            "statistical": ("insiders.forecasting",),
            "boosting": ("insiders.forecasting",),
            "recurrent": ("insiders.forecasting",),
            "accuracy": ("insiders.forecasting",),
            "reconciliation": ("insiders.forecasting",),
            "forecasting": (),
        }.items()
    },
}
"""Rooms that others stand on, and what they therefore know nothing of."""
LEFTOVERS = {"utils", "util", "common", "core", "helpers", "misc", "base", "lib"}


def modules(package: str) -> dict[str, Path]:
    """Dotted module name to file, for one package."""
    found = {}
    for path in sorted((CHECKOUT / package).rglob("*.py")):
        parts = path.relative_to(CHECKOUT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def notebook_sources() -> dict[str, str]:
    """File name to the code of all cells, without the lines that are IPython's own."""
    sources = {}
    for path in sorted((CHECKOUT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        sources[path.name] = "\n".join(line for line in code.splitlines() if not line.startswith(("%", "!")))
    return sources


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of everything imported, also inside functions; ``from a import b`` gives a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_modules(path: Path, known: dict[str, Path]) -> set[str]:
    """Those of the known modules that a module imports, be it whole or a name from it."""
    names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    return {name if name in known else name.rpartition(".")[0] for name in names} & known.keys()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_room_imports_only_what_it_may(package: str) -> None:
    """A package imports nothing from the rooms and libraries that the design denies it."""
    wrong = [
        f"{module} imports {name}"
        for module, path in modules(package).items()
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in FORBIDDEN[package]
    ]
    assert not wrong, "\n".join(wrong)


def test_notebooks_import_only_what_they_may() -> None:
    """A notebook imports the package, never the runner, a credential holder or the operating system."""
    sources = notebook_sources()
    assert sources, "there are no notebooks"
    wrong = [
        f"{name} imports {module}"
        for name, code in sources.items()
        for module in imported(ast.parse(code))
        if module.split(".")[0] in FORBIDDEN["notebooks"]
    ]
    assert not wrong, "\n".join(wrong)


def test_engines_are_imported_in_their_room_alone() -> None:
    """DuckDB and Spark are known to the room of engines, and to nobody else."""
    wrong = [
        f"{module} imports {name}"
        for module, path in modules("insiders").items()
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in {"duckdb", "pyspark", "sqlglot"} and not module.startswith("insiders.engines.")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_make_no_circle(package: str) -> None:
    """The imports between the modules of a package have an order."""
    known = modules(package)
    needs = {module: imported_modules(path, known) - {module} for module, path in known.items()}
    while free := [module for module, others in needs.items() if not others & needs.keys()]:
        for module in free:
            del needs[module]
    assert not needs, f"these modules import each other in a circle: {sorted(needs)}"


@pytest.mark.parametrize("room", LOWER)
def test_a_lower_room_knows_nothing_of_those_above(room: str) -> None:
    """A room that others are built on imports none of them."""
    found = {name: path for name, path in modules(room.split(".")[0]).items() if f"{name}.".startswith(f"{room}.")}
    assert found
    wrong = [
        f"{module} imports {name}"
        for module, path in found.items()
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if any(f"{name}.".startswith(f"{above}.") for above in LOWER[room])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_stand_at_the_top(package: str) -> None:
    """No import hides inside a function or class."""
    hidden = [
        f"{module}:{node.lineno}"
        for module, path in modules(package).items()
        for scope in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(scope)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden, "\n".join(hidden)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_room_for_leftovers(package: str) -> None:
    """No module is named for what it is not."""
    assert not [module for module in modules(package) if module.split(".")[-1] in LEFTOVERS]


@pytest.mark.parametrize("package", PACKAGES)
def test_tests_mirror_the_tree(package: str) -> None:
    """The tests of a module are found by its name, and no test file outlives its module."""
    here = {path.relative_to(CHECKOUT / "tests") for path in (CHECKOUT / "tests" / package).rglob("test_*.py")}
    subjects = {Path(*module.split(".")[:-1], f"test_{module.split('.')[-1]}.py") for module in modules(package)}
    packages = {Path(*module.split("."), "test_init.py") for module in modules(package)}
    assert not here - subjects - packages, f"no module for {sorted(map(str, here - subjects - packages))}"
