"""The addresses of pages: paths of the server, or of files that refer to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Addresses:
    """Where each page is, seen from one page."""

    root: str = "/"
    """The way to the start page: `/`, or `../../` of a file."""
    files: bool = False
    """Whether the pages are files: then there is nothing to search, sort or decide."""

    @property
    def runs(self) -> str:
        """The list of runs."""
        return self._page("")

    @property
    def calendar(self) -> str:
        """The calendar of scheduled days."""
        return self._page("calendar")

    @property
    def metrics(self) -> str:
        """Figures over time."""
        return self._page("metrics")

    @property
    def search(self) -> str:
        """The search in all executed copies."""
        return self._page("search")

    @property
    def compare(self) -> str:
        """The comparison of two runs."""
        return self._page("compare")

    @property
    def sign_in(self) -> str:
        """Where a token is given."""
        return self._page("sign-in")

    @property
    def sign_out(self) -> str:
        """Where the rights that came with it are given back."""
        return self._page("sign-out")

    def asked(self, page: str, fields: Mapping[str, str | Sequence[str]]) -> str:
        """A page with fields of a URL."""
        words = urlencode([(name, value) for name, value in fields.items() if value], doseq=True)
        return f"{page}?{words}" if words else page

    def run(self, pipeline: str, run_id: str) -> str:
        """The page of a run."""
        return self._page(f"runs/{pipeline}/{run_id}")

    def part(self, pipeline: str, run_id: str, name: str) -> str:
        """A page below that of a run: `proof`, `approve`, `reject`."""
        return self._page(f"runs/{pipeline}/{run_id}/{name}")

    def step(self, pipeline: str, run_id: str, position: int) -> str:
        """The page of a step's notebook, by the step's position from 1."""
        return self._page(f"runs/{pipeline}/{run_id}/steps/{position}")

    def cell(self, pipeline: str, run_id: str, position: int, number: int) -> str:
        """A cell of a step's notebook, by its number as Jupyter shows it."""
        if self.files:
            return f"{self.document(pipeline, run_id, position)}#in-{number}"
        return self.asked(self.step(pipeline, run_id, position), {"in": str(number)})

    def changes(self, pipeline: str, run_id: str, before: str) -> str:
        """The comparison of a run with the one before it; among files each run has but that one."""
        if self.files:
            return self.part(pipeline, run_id, "changes")
        return self.asked(self.compare, {"a": before, "b": run_id})

    def document(self, pipeline: str, run_id: str, position: int) -> str:
        """The notebook itself, for a frame of its own."""
        return self._page(f"runs/{pipeline}/{run_id}/steps/{position}/document")

    def plot(self, pipeline: str, run_id: str, position: int, cell: int, output: int) -> str:
        """The page of an interactive plot."""
        return self._page(f"runs/{pipeline}/{run_id}/steps/{position}/plots/{cell}-{output}")

    def frame(self, pipeline: str, run_id: str, position: int, cell: int, output: int) -> str:
        """The plot itself, for a frame of its own."""
        return self._page(f"runs/{pipeline}/{run_id}/steps/{position}/plots/{cell}-{output}/frame")

    def file(self, pipeline: str, run_id: str, path: str) -> str:
        """A file of a run, to be kept."""
        return f"{self.root}runs/{pipeline}/{run_id}/files/{quote(path, errors='replace')}"

    def asset(self, name: str) -> str:
        """A style sheet or script of ours."""
        return f"{self.root}static/{name}"

    def _page(self, path: str) -> str:
        if not self.files:
            return self.root + path
        return f"{self.root}{path}.html" if path else f"{self.root}index.html"
