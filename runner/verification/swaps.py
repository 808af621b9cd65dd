"""Files that are not what they should be: whether they are simply altered, or what belongs elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from runner.records.record import MANIFEST
from runner.verification import manifests
from runner.verification.files import Wrong
from runner.verification.findings import Findings, Kind, short
from runner.verification.histories import History


def tell(
    wrong: list[Wrong], histories: Mapping[str, History], found: Mapping[str, list[Path]], findings: Findings
) -> None:
    """Turn what is wrong into damages, once every manifest was asked what belongs where."""
    if not wrong:
        return
    owners = _owners(
        {one.found for one in wrong}, histories, (folder for folders in found.values() for folder in folders)
    )
    for one in wrong:
        owner = next((place for place in owners.get(one.found, ()) if place != one.place), None)
        told = short(one.found) if owner is None else f"what belongs to {owner}"
        if one.expected is None:
            findings.damage(Kind.ADDED, one.place, "no such file of the run", told, one.run or None)
        else:
            kind = Kind.ALTERED if owner is None else Kind.SWAPPED
            findings.damage(kind, one.place, short(one.expected), told, one.run or None)


def _owners(sought: set[str], histories: Mapping[str, History], folders: Iterable[Path]) -> dict[str, list[str]]:
    """The places where each of the digests belongs."""
    owners: dict[str, list[str]] = {}
    for run, history in histories.items():
        if history.digest in sought:
            owners.setdefault(history.digest, []).append(f"{history.pipeline}/{run}/{MANIFEST}")
    for folder in folders:
        try:
            files = manifests.of_folder(folder).files
        except (OSError, ValueError, RecursionError):
            continue
        for path, (_, sha256) in files.items():
            if sha256 in sought:
                owners.setdefault(sha256, []).append(f"{folder.parent.name}/{folder.name}/{path}")
    return owners
