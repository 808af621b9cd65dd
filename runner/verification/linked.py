"""The folder of objects, which files of several runs are links to: each is what its name says."""

from __future__ import annotations

import re
from pathlib import Path

from runner.keeping.objects import FOLDER
from runner.records.inventory import is_aside
from runner.verification import contents
from runner.verification.contents import Digests
from runner.verification.findings import Findings, Kind, short

_PATH = re.compile(r"(?P<two>[0-9a-f]{2})/(?P<sha256>(?P=two)[0-9a-f]{62})")


def check(output: Path, digests: Digests, findings: Findings) -> None:
    """Compare every object with its name; those that runs share were read with the runs' files already."""
    folder = output / FOLDER
    if not folder.is_dir() or folder.is_symlink():
        return
    for entry in contents.below(folder):
        place, named = f"{FOLDER}/{entry.path}", _PATH.fullmatch(entry.path)
        if is_aside(entry.path.rpartition("/")[2]):
            findings.remark(place, "is what a crash left half done")
        elif named is None or not entry.is_file:
            findings.damage(Kind.ADDED, place, "only files that go by their digest")
        else:
            findings.count(objects=1)
            _compare(folder, entry, named["sha256"], digests, findings)


def _compare(folder: Path, entry: contents.Entry, sha256: str, digests: Digests, findings: Findings) -> None:
    place = f"{FOLDER}/{entry.path}"
    try:
        found = digests.of(folder, entry)
    except FileNotFoundError:
        return  # the last run that had it was pruned a moment ago
    except OSError as fault:
        findings.away.append(f"{place}: {fault.strerror or fault}")
        return
    if found != sha256:
        findings.damage(Kind.ALTERED, place, short(sha256), short(found))
