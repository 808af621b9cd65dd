"""The application of `runner serve`: which address shows which page, and what becomes of an error."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runner.desk.catalogue.index import Index
from runner.desk.defences import LOOPBACK, MOST_BODY, Defences
from runner.desk.desk import Desk
from runner.desk.pages import (
    assets,
    calendar,
    comparison,
    files,
    metrics,
    notebook,
    plots,
    proof,
    run,
    runs,
    search,
    sign_in,
    verdicts,
)
from runner.desk.rights import Proxy, Rights
from runner.errors import DamageError, RunnerError, UnknownRunError
from runner.settings import Settings

Show = Callable[[Desk, Request], Response]
Take = Callable[[Desk, Request, Mapping[str, str]], Response]
_RUN = "/runs/{pipeline}/{run_id}"
_STEP = _RUN + "/steps/{position:int}"
_PLOT = _STEP + "/plots/{cell:int}-{output:int}"
PAGES: Mapping[str, Show] = {
    "/": runs.show,
    "/calendar": calendar.show,
    "/metrics": metrics.show,
    "/search": search.show,
    "/compare": comparison.show,
    "/sign-in": sign_in.show,
    _RUN: run.show,
    _RUN + "/proof": proof.show,
    _STEP: notebook.show,
    _STEP + "/document": notebook.show_document,
    _PLOT: plots.show,
    _PLOT + "/frame": plots.show_frame,
    _RUN + "/files/{path:path}": files.show,
    "/static/{name}": assets.show,
}
FORMS: Mapping[str, Take] = {
    "/sign-in": sign_in.enter,
    "/sign-out": sign_in.leave,
    _RUN + "/approve": verdicts.approve,
    _RUN + "/reject": verdicts.reject,
}
_MEANINGS = {404: "There is no such page.", 405: "This page cannot be asked that way.", 403: "That is not allowed."}


def application(
    settings: Settings,
    *,
    index: Path | None = None,
    rights: Rights | None = None,
    proxy: Proxy | None = None,
    hosts: Iterable[str] = (),
) -> Starlette:
    """The desk on an archive: read-only unless `rights` are given. `index` is where the index lies, else in a cache.

    `hosts` are the names that it may be asked by beside those of this host.
    """
    desk = Desk(settings, Index(settings.output, index), rights, proxy)
    routes = [Route(path, _shown(desk, show), methods=["GET"]) for path, show in PAGES.items()]
    routes += [Route(path, _taken(desk, take), methods=["POST"]) for path, take in FORMS.items()]

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        yield
        desk.index.close()

    app = Starlette(
        routes=routes,
        lifespan=living,
        exception_handlers={HTTPException: _refused(desk), RunnerError: _faulty(desk), Exception: _broken(desk)},
    )
    app.add_middleware(Defences, hosts=(*LOOPBACK, *hosts))
    app.state.desk = desk
    return app


def _shown(desk: Desk, show: Show) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return show(desk, request)

    return answer


def _taken(desk: Desk, take: Take) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MOST_BODY:
                raise HTTPException(413)
        fields = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        return await run_in_threadpool(take, desk, request, fields)

    return answer


def _refused(desk: Desk) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, fault: Exception) -> Response:
        status = fault.status_code if isinstance(fault, HTTPException) else 400
        text = _MEANINGS.get(status, "That cannot be answered.")
        return desk.page(request, "fault.html", status, title="Not found" if status == 404 else "Refused", text=text)

    return answer


def _faulty(desk: Desk) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, fault: Exception) -> Response:
        if isinstance(fault, UnknownRunError):
            return desk.page(request, "fault.html", 404, title="No such run", text=str(fault))
        title = "Damage" if isinstance(fault, DamageError) else "This cannot be shown"
        return desk.page(request, "fault.html", 409, title=title, text=str(fault))

    return answer


def _broken(desk: Desk) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, fault: Exception) -> Response:
        logging.getLogger(__name__).error("%s", request.url.path, exc_info=fault)
        text = "The desk met something that it was not prepared for; where it was started, its log has the whole story."
        return desk.page(request, "fault.html", 500, title="A fault of the desk", text=text)

    return answer
