"""How the code that ran differs from what stands in the working tree now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.comparison import code, executed
from runner.comparison.difference import SourceDifference
from runner.comparison.facts import Module
from runner.comparison.shown import Cell
from runner.comparison.side import MissingError, Side
from runner.comparison.surroundings import changed_files, module_digests
from runner.errors import RunnerError
from runner.origins import checkout as checkouts
from runner.origins.provenance import code_digests
from runner.reading import pipeline
from runner.settings import Settings


def against_source(side: Side, settings: Settings) -> SourceDifference:
    """The cells, packages and modules of a run that are not as they stand in the checkout.

    A notebook is looked for where the pipeline file says now, and the copy without the cells that the runner wrote is
    compared with it. `before` is what ran, `after` what stands there.
    """
    gaps: list[str] = []
    try:
        notebooks = pipeline.read(_pipeline_file(side, settings), settings).notebooks
    except (RunnerError, OSError) as fault:
        gaps.append(f"the pipeline {side.manifest['pipeline']} cannot be read now: {str(fault).splitlines()[0]}")
        notebooks = {}
    found: dict[tuple[str, tuple[Cell, ...]], list[str]] = {}
    for name, step in side.steps.items():
        if name not in notebooks:
            gaps += [f"{name}: the pipeline has no such step now"] if notebooks else []
            continue
        try:
            cells = _cells(side, step, notebooks[name])
        except MissingError as fault:
            gaps.append(f"{name}: {fault}")
            continue
        if cells:
            found.setdefault((notebooks[name].name, cells), []).append(name)
    git = checkouts.of_checkout(settings.checkout)
    return SourceDifference(
        run=side.told,
        commit=git["commit"],
        dirty=git["dirty"],
        notebooks=tuple(code.notebook(name, steps, cells) for (name, cells), steps in found.items()),
        modules=_modules(side, settings.checkout, {path.parent for path in notebooks.values()}),
        gaps=tuple(gaps),
    )


def _cells(side: Side, step: Mapping[str, Any], path: Path) -> tuple[Cell, ...]:
    try:
        ran = executed.copy_of(side, step)
    except MissingError as fault:
        raise MissingError(f"the executed copy of {side.name} {fault}") from None
    try:
        now = executed.read(path)
    except MissingError as fault:
        raise MissingError(f"{path.name} {fault}") from None
    return code.changes(ran, now, code.pairs(ran, now))


def _modules(side: Side, checkout: Path, folders: set[Path]) -> tuple[Module, ...]:
    """The packages and modules of the checkout that the run imported, and that are not as they were."""
    then = module_digests(side)
    now = code_digests((*sorted(folders), checkout), then)
    ran_from = (side.manifest["provenance"].get("git") or {}).get("commit")
    return tuple(
        Module(name, digest, now.get(name), changed_files(checkout, (ran_from,), name))
        for name, digest in then.items()
        if now.get(name) != digest
    )


def _pipeline_file(side: Side, settings: Settings) -> Path:
    """The file that the run was started from, else the one of that name in this checkout."""
    recorded = Path(str((side.manifest.get("pipeline_file") or {}).get("path") or ""))
    if recorded.is_absolute() and recorded.suffix in (".yml", ".yaml") and recorded.is_file():
        return recorded
    return pipeline.find(side.folder.parent.name, settings)
