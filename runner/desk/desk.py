"""The desk: what all pages share, and how one finds the run that it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response

from runner.desk import rendering, sheets
from runner.desk.addresses import Addresses
from runner.desk.catalogue.index import Index
from runner.desk.comparisons import Comparisons
from runner.desk.rights import Proxy, Rights
from runner.desk.sheets import Sheet
from runner.errors import RecordError, UnknownRunError, UsageError
from runner.keeping import pruned
from runner.promotion import reviewer
from runner.reading.pipeline import is_name
from runner.records.identifiers import is_run_id
from runner.settings import Settings


@dataclass
class Desk:
    """What all pages share."""

    settings: Settings
    index: Index
    rights: Rights | None = None
    """Who may change something; None where nobody may."""
    proxy: Proxy | None = None
    """Who tells the names of people, if anybody does."""
    templates: Environment = field(default_factory=rendering.environment, repr=False)
    comparisons: Comparisons = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin with no comparison kept."""
        self.comparisons = Comparisons(self.settings.checkout)

    def folder(self, pipeline: str, run_id: str) -> Path:
        """The folder of a run, or an `UnknownRunError`. Only names that a runner gives ever become a path."""
        if not is_name(pipeline) or not is_run_id(run_id):
            raise UnknownRunError("no run goes by that address")
        folder = self.settings.output / pipeline / run_id
        if not folder.is_dir() or folder.is_symlink() or folder.parent.is_symlink():
            raise UnknownRunError(pruned.told(self.settings.output, run_id, pipeline) or "there is no such run here")
        return folder

    def run(self, pipeline: str, run_id: str) -> tuple[Path, Sheet]:
        """The folder of a run and what its record says; an `UnknownRunError` or a `RecordError` says why not."""
        folder = self.folder(pipeline, run_id)
        try:
            return folder, sheets.read(folder)
        except RecordError as fault:
            raise RecordError(f"The record of this run is broken: {fault}") from None

    def text(self, template: str, at: Addresses, person: str | None = None, **facts: Any) -> str:  # noqa: ANN401 - facts of a template
        """A page as text. `person` is who may change something, where somebody may."""
        shared = {"at": at, "person": person, "writes": self.rights is not None and not at.files, "here": ""}
        return self.templates.get_template(template).render({**shared, **facts})

    def page(self, request: Request, template: str, status: int = 200, **facts: Any) -> Response:  # noqa: ANN401 - facts of a template
        """A page as the answer to a request."""
        secret = None if self.rights is None else self.rights.secret(request)
        text = self.text(template, Addresses(), self.person(request) if secret else None, secret=secret, **facts)
        return Response(rendering.encoded(text), status, media_type="text/html; charset=utf-8")

    def person(self, request: Request) -> str | None:
        """Who is asking: whom the proxy names, else the reviewer of the settings; None where nobody is named."""
        if self.proxy is not None:
            return self.proxy.person(request)
        return reviewer_of(self.settings)


def reviewer_of(settings: Settings) -> str | None:
    """The reviewer of this host; None where nobody is named."""
    try:
        return reviewer.name(settings)
    except UsageError:
        return None
