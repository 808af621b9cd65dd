"""What is never the same in two runs, and says nothing: taken out of texts before they are compared.

Always: the run's own folder, id and checkout, digests of its own files (which are compared as files), addresses in
memory, temporary places, progress bars, colours of a terminal, ids of widgets, numbers of executions. Only where two
texts would else differ: durations (`12.3 s`), and the times and days on which a run went.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b")
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_RETURN = re.compile(r"[^\n\r]*\r(?=[^\n\r])")
_BAR = re.compile(r"^[^\n]{0,200}?\d{1,3}%\|[^\n|]*\|[^\n]*$", re.MULTILINE)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_TEMPORARY = re.compile(r"(?:/private)?(?:/var/folders|/var/tmp|/tmp|/dev/shm)/[^\s'\"<>:,;)\]]+")
_CELL = re.compile(r"(?<=Cell )In ?\[\d+\]|(?<=\bIn )\[\d+\]")
_WIDGET = re.compile(r"(?<=\"model_id\": \")[0-9a-f]{32}(?=\")")
_UNIT = r"(?:ns|µs|μs|us|ms|s|secs?|seconds?|min|mins|minutes?|h|hours?)"
_DURATION = re.compile(
    rf"(?<![\w.])\d+(?:[.,]\d+)?\s?{_UNIT}\b(?:\s\d+(?:[.,]\d+)?\s?{_UNIT}\b)*|\b\d+:\d\d:\d\d(?:\.\d+)?\b"
)
_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")


@dataclass(frozen=True)
class Noise:
    """What one run calls its own."""

    places: tuple[tuple[str, str], ...]
    """Texts and what stands for them, the longest first."""
    ids: tuple[str, ...]
    """Ids of the run, and of those whose work it took over."""
    digests: frozenset[str]
    """The first twelve digits of the digests of its files and inputs."""
    days: frozenset[str]
    """The days on which it went, in any time zone."""

    @classmethod
    def of_run(cls, folder: Path, manifest: Mapping[str, Any]) -> Noise:
        """What a run calls its own, by its record."""
        steps = manifest["steps"]
        named = {str(manifest["run_id"]), *(str(step.get("cached_from")) for step in steps)}
        folders = {str(folder), *(_value(step, "run_folder") for step in steps)}
        pipeline_file = Path(str((manifest.get("pipeline_file") or {}).get("path") or ""))
        checkouts = {str(pipeline_file.parents[1])} if len(pipeline_file.parents) > 3 else set()
        places = [(place, "RUN") for place in folders if len(place) > 8] + [(one, "CHECKOUT") for one in checkouts]
        days = frozenset(_days(manifest.get("started"), manifest.get("finished")))
        ids = tuple(sorted(one for one in named if _ID.fullmatch(one)))
        digests = frozenset(str(one.get("sha256"))[:12] for one in (*_files(steps), *manifest["inputs"]))
        return cls(tuple(sorted(places, key=lambda one: -len(one[0]))), ids, digests, days)

    def without_names(self, text: str) -> str:
        """The text without what no two runs share."""
        for place, word in self.places:
            text = text.replace(place, word)
        for one in self.ids:
            if one in text:
                text = re.sub(rf"[\w./~+:%@-]*{one}", "RUN", text)
        text = _RETURN.sub("", _ESCAPE.sub("", text)) if "\x1b" in text or "\r" in text else text
        text = _BAR.sub("PROGRESS", text) if "%|" in text else text
        text = _DIGEST.sub(lambda found: "DIGEST" if found[0][:12] in self.digests else found[0], text)
        text = _ADDRESS.sub("0x…", text) if "0x" in text else text
        text = _WIDGET.sub("…", text) if "model_id" in text else text
        return _CELL.sub("[…]", _TEMPORARY.sub("TEMPORARY", text))

    def without_times(self, text: str) -> str:
        """The text without durations, and without the times and days on which the run went."""
        text = _MOMENT.sub(lambda found: "DAY" if found[1] in self.days else found[0], text)
        return _DURATION.sub("DURATION", text)


def _files(steps: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (file for step in steps for file in step.get("files") or ())


def _value(step: Mapping[str, Any], name: str) -> str:
    told = (step.get("parameters") or {}).get(name) or {}
    return str(told.get("value") or "")


def _days(*moments: object) -> list[str]:
    """The days of the moments, and those around them, since a text may give them in another time zone."""
    found: list[date] = []
    for moment in moments:
        try:
            found.append(datetime.fromisoformat(str(moment)).date())
        except ValueError:
            continue
    try:
        near = [day + timedelta(days=shift) for day in found for shift in (-1, 0, 1)]
    except OverflowError:
        near = found
    return [day.isoformat() for day in near]
