"""What a run needs."""

import json
import shutil
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from runner.errors import PreflightError
from runner.preflight import Finding, look, require
from runner.reading import notebooks
from runner.settings import Settings
from tests.runner.bench import NOTEBOOKS, Bench
from tests.servers import AWS


def faults(settings: Settings, *paths: Path, sources: dict[str, str] | None = None) -> dict[str, str]:
    books = [notebooks.read(path) for path in paths]
    findings = look(books, sources or {}, [path.name for path in paths], settings)
    return {finding.subject: finding.fault for finding in findings if finding.fault}


def changed(path: Path, **facts: object) -> Path:
    """A copy of `values.ipynb` with another source of its last cell, or another kernel."""
    content = json.loads((NOTEBOOKS / "values.ipynb").read_text())
    content["cells"][-1]["source"] = facts.get("source", "1")
    content["metadata"]["kernelspec"]["name"] = facts.get("kernel", "python3")
    path.write_text(json.dumps(content))
    return path


def test_all_is_well(bench: Bench) -> None:
    """With everything in place there is no fault, and each thing that was looked at is told."""
    books = [notebooks.read(NOTEBOOKS / "values.ipynb")]
    findings = look(books, {"source": "demo"}, ["values.ipynb"], bench.settings)
    require(findings)
    assert [finding.subject.split()[0] for finding in findings] == [
        "values.ipynb",
        "kernel",
        "packages",
        "output",
        "input",
        "database",
        "archive",
    ]


def test_a_missing_package_is_named(bench: Bench, tmp_path: Path) -> None:
    """A module must be installed, in the checkout, or beside the notebook."""
    (tmp_path / "beside.py").touch()
    path = changed(
        tmp_path / "a.ipynb", source="import beside, sys, insiders, yaml, nowhere_at_all\nfrom lost import x"
    )
    assert "not installed: lost, nowhere_at_all" in faults(bench.settings, path)["packages of a.ipynb"]


def test_a_missing_kernel_is_named(bench: Bench, tmp_path: Path) -> None:
    """The message tells which kernels there are."""
    path = changed(tmp_path / "a.ipynb", kernel="julia-9")
    assert "python3" in faults(bench.settings, path)["kernel julia-9"]


def test_a_kernel_of_another_language_is_named(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameters become Python; so is a kernel whose program is gone."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    for name, language, program in (("ir", "R", "R"), ("old", "python", "/nowhere/bin/python")):
        (tmp_path / "kernels" / name).mkdir(parents=True)
        spec = {"argv": [program], "display_name": name, "language": language}
        (tmp_path / "kernels" / name / "kernel.json").write_text(json.dumps(spec))
    assert "runs R" in faults(bench.settings, changed(tmp_path / "a.ipynb", kernel="ir"))["kernel ir"]
    found = faults(bench.settings, changed(tmp_path / "a.ipynb", kernel="old"))
    assert "its program /nowhere/bin/python is missing" in found["kernel old"]


def test_habits_are_told_and_no_reason(bench: Bench, tmp_path: Path) -> None:
    """What spoils a notebook without stopping its run is a remark."""
    path = changed(tmp_path / "a.ipynb", source="number = 3")
    findings = look([notebooks.read(path)], {}, [path.name], bench.settings)
    require(findings)
    (found,) = [one for one in findings if one.wrong]
    assert "the parameter number is assigned again" in (found.remark or "")


def test_looking_leaves_nothing_behind(tmp_path: Path, checkout: Path) -> None:
    """Neither the output folder nor the database is made by being looked at."""
    output = tmp_path / "output"
    settings = Settings(checkout=checkout, output=output, database_url=f"sqlite:///{output}/insiders.db")
    require(look([notebooks.read(NOTEBOOKS / "values.ipynb")], {"source": "demo"}, ["values.ipynb"], settings))
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_of_many_steps_is_looked_at_once(bench: Bench) -> None:
    """The items of a `for_each` share one."""
    book = notebooks.read(NOTEBOOKS / "values.ipynb")
    subjects = [one.subject for one in look([book, book], {}, ["values.ipynb"], bench.settings)]
    assert len(subjects) == len(set(subjects))


def test_a_notebook_that_receives_values_needs_a_cell_for_them(bench: Bench) -> None:
    """A notebook without a parameters cell cannot be given any."""
    assert "no cell tagged" in faults(bench.settings, NOTEBOOKS / "fails.ipynb")["fails.ipynb"]


def test_an_output_folder_that_cannot_be_made_is_named(bench: Bench, tmp_path: Path) -> None:
    """A file where the folder should be is no folder."""
    (tmp_path / "file").touch()
    settings = replace(bench.settings, output=tmp_path / "file" / "output")
    assert f"output folder {settings.output}" in faults(settings, NOTEBOOKS / "values.ipynb")


def test_a_full_disk_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a few hundred megabytes no run is begun."""
    full = shutil.disk_usage("/")._replace(free=100 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    found = faults(bench.settings, NOTEBOOKS / "values.ipynb")
    assert found[f"output folder {bench.settings.output}"].startswith("only 100 MiB of disk are free")


def test_a_missing_input_is_named(bench: Bench) -> None:
    """A path must be there before the run."""
    found = faults(bench.settings, NOTEBOOKS / "values.ipynb", sources={"source": "/nowhere/shop.csv"})
    assert "/nowhere/shop.csv" in found["input source"]


def test_places_that_do_not_answer_are_named_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Database and bucket are asked; one message names both, without passwords."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "tests")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings = replace(
            bench.settings,
            database_url=f"postgresql+psycopg2://me:hush@127.0.0.1:{port}/shop",
            bucket="shop",
            endpoint_url=f"http://127.0.0.1:{port}",
        )
        findings = look([], {}, [], settings)
    with pytest.raises(PreflightError, match=r"(?s)nothing was started:.*database: .*bucket shop: ") as refused:
        require(findings)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(("locked", "remarks"), [(False, 1), (True, 0)])
def test_a_retention_that_locks_nothing_is_remarked(
    bench: Bench, s3_endpoint: str, s3: Any, locked: bool, remarks: int
) -> None:
    """Days of retention on a bucket without Object Lock do not stop a run, but are not kept quiet about."""
    name, place = f"retention-{uuid4().hex[:8]}", {"LocationConstraint": AWS["AWS_DEFAULT_REGION"]}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=locked)
    settings = replace(bench.settings, bucket=name, endpoint_url=s3_endpoint, retention_days=30)
    findings = look([], {}, [], settings)
    require(findings)
    told = [finding.remark for finding in findings if finding.remark]
    assert len(told) == remarks
    assert all("INSIDERS_RETENTION_DAYS = 30 locks nothing" in one for one in told)


def test_good_findings_are_no_reason() -> None:
    """Without a fault nothing is refused."""
    require([Finding("a"), Finding("b", detail="c")])
