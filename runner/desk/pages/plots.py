"""An interactive plot, behind a click: plotly's own script in a frame that has no origin and no network."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from runner.desk import rendering
from runner.desk.addresses import Addresses
from runner.desk.defences import NO_REFERRER, PLOT
from runner.desk.desk import Desk
from runner.desk.notebook import plots
from runner.desk.notebook.copy import Copy
from runner.desk.pages import notebook
from runner.errors import RecordError


def show(desk: Desk, request: Request) -> Response:
    """The page around the plot."""
    _, sheet, step, position = notebook.asked(desk, request)
    cell, output = request.path_params["cell"], request.path_params["output"]
    return desk.page(
        request, "plot.html", run=sheet, step=step, position=position, cell=cell, output=output, here="plot"
    )


def show_frame(desk: Desk, request: Request) -> Response:
    """The plot itself."""
    folder, _, step, _ = notebook.asked(desk, request)
    data = plots.data(_plot(notebook.of_step(folder, step), **_numbers(request)))
    if data is None:
        raise RecordError("This plot cannot be drawn: it is not what plotly writes, or too large.")
    text = desk.text("plot_frame.html", Addresses(), data=Markup(data))  # noqa: S704 - no sign of markup is left in it
    headers = {"Content-Security-Policy": PLOT, **NO_REFERRER}
    return Response(rendering.encoded(text), media_type="text/html; charset=utf-8", headers=headers)


def _numbers(request: Request) -> dict[str, int]:
    return {name: request.path_params[name] for name in ("cell", "output")}


def _plot(found: Copy, cell: int, output: int) -> Any:  # noqa: ANN401 - what a notebook holds
    if not 0 < cell <= len(found.cells) or output >= len(found.cells[cell - 1].outputs):
        raise RecordError("There is no such plot in this notebook.")
    return found.cells[cell - 1].outputs[output].data.get(plots.KIND)
