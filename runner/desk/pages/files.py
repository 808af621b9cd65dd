"""Files of a run, to be kept: never shown as a page, whatever they hold."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from runner.desk import places
from runner.desk.defences import FILE, NO_REFERRER
from runner.desk.desk import Desk
from runner.errors import RecordError


def show(desk: Desk, request: Request) -> Response:
    """The file, which the browser keeps and does not open."""
    folder, sheet = desk.run(request.path_params["pipeline"], request.path_params["run_id"])
    path = request.path_params["path"]
    if path not in sheet.all_files and path not in {step.copy_name for step in sheet.steps}:
        raise RecordError("The record of this run tells of no such file.")
    found = places.inside(folder, path)
    headers = {"Content-Security-Policy": FILE, **NO_REFERRER}
    return FileResponse(found, media_type="application/octet-stream", filename=found.name, headers=headers)
