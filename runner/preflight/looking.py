"""All that a run needs, looked at in the order in which a person would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runner.preflight import arriving, bucket, database, disk
from runner.preflight import notebooks as found
from runner.preflight.findings import Finding
from runner.reading.notebooks import Notebook
from runner.settings import Settings


def look(
    notebooks: Iterable[Notebook],
    sources: Mapping[str, str],
    parameters: Iterable[str],
    settings: Settings,
    *,
    pipeline: str = "preflight",
) -> list[Finding]:
    """All findings, good and bad. `sources` are the inputs to fetch, `parameters` the notebooks that receive values.

    `pipeline` is whose records are to be written: a right may hold for one and not for another.
    """
    books = list({book.path: book for book in notebooks}.values())
    receive = set(parameters)
    return [
        *(finding for book in books for finding in found.of_notebook(book, receives=book.path.name in receive)),
        *found.of_kernels(books),
        *found.of_packages(books, settings.checkout),
        disk.of_folder(settings.output),
        *(arriving.of_input(name, source, settings.output, settings) for name, source in sources.items()),
        database.of_database(settings),
        bucket.of_bucket(settings, pipeline),
    ]
