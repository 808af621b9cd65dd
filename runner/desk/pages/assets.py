"""The style sheet, the script and what else is ours; and plotly's script, for the frame of a plot."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from runner.desk.desk import Desk
from runner.desk.notebook import plots
from runner.desk.rendering import FOLDER

KINDS = {
    "desk.css": "text/css",
    "comparison.css": "text/css",
    "desk.js": "text/javascript",
    "plot.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
PLOTLY = "plotly.min.js"
# A frame without an origin is a stranger even to us, and has to be let in.
HEADERS = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache"}


def show(_: Desk, request: Request) -> Response:
    """The asset of that name."""
    name = request.path_params["name"]
    if name == PLOTLY:
        return FileResponse(plots.script(), media_type="text/javascript", headers=HEADERS)
    if name not in KINDS:
        raise HTTPException(404)
    return FileResponse(FOLDER / "static" / name, media_type=KINDS[name], headers=HEADERS)
