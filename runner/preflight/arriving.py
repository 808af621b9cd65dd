"""What is found of the inputs of a run: paths must be there, and buckets and databases must show theirs."""

from __future__ import annotations

from pathlib import Path

from runner.errors import InputError
from runner.intake import accepted, extracts, inputs, shelves
from runner.preflight.findings import Finding
from runner.settings import Settings
from runner.values.shown import shown


def of_input(name: str, source: str, folder: Path, settings: Settings) -> Finding:
    """A path, an object or a table must be there now; a web page is asked for when the run fetches it."""
    subject, place = f"input {name}", shown(source)
    scheme = source.partition("://")[0].partition("+")[0].lower() if "://" in source else ""
    if source == accepted.NAME:
        return Finding(subject, detail="the accepted run before this one, where there is one")
    try:
        if not scheme:
            inputs.fetch(source, folder, settings)
            return Finding(subject, detail=place)
        if scheme == "s3":
            shelves.look(source, settings)
        elif scheme in extracts.SCHEMES:
            extracts.look(source)
    except InputError as error:
        return Finding(subject, f"{place}: {shown(str(error))}" if scheme else str(error))
    return Finding(subject, detail=f"{place}, to be fetched")
