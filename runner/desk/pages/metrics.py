"""A figure over time, the runs told apart by a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runner.desk.catalogue import answers, series
from runner.desk.catalogue.series import Value
from runner.desk.desk import Desk
from runner.desk.drawings import curves

MOST_GROUPS = 8
"""So many values of the parameter have a colour of their own; the others share one."""


@dataclass(frozen=True)
class Group:
    """The runs with one value of the parameter."""

    label: str
    number: int
    """Of its colour, from 0."""
    values: tuple[Value, ...]
    spots: tuple[curves.Spot, ...]

    @property
    def path(self) -> str:
        """Its line."""
        return curves.path(self.spots)


def show(desk: Desk, request: Request) -> Response:
    """The figure that a URL asks for, or what there is to ask for."""
    fields = request.query_params
    with desk.index.asked() as connection:
        pipelines = [name for name, _ in answers.pipelines(connection)]
        asked = fields.get("pipeline", "")
        pipeline = asked if asked in pipelines else next(iter(pipelines), "")
        figures = answers.figures(connection, pipeline)
        figure = fields.get("metric", "") if fields.get("metric", "") in figures else ""
        parameters = series.parameters(connection, pipeline)
        by = fields.get("by", "") if fields.get("by", "") in parameters else ""
        values = series.of(connection, pipeline, figure, by) if figure else []
        unit = series.unit(connection, figure)
    facts: dict[str, Any] = {
        "pipelines": pipelines,
        "pipeline": pipeline,
        "figures": figures,
        "figure": figure,
        "unit": unit,
        "by": by,
    }
    chart = _chart(values)
    return desk.page(
        request, "metrics.html", here="metrics", parameters=parameters, chart=chart, values=values, **facts
    )


def _chart(values: Sequence[Value]) -> dict[str, Any] | None:
    """The drawing of the values; None where there is none."""
    if not values:
        return None
    low, high = min(one.value for one in values), max(one.value for one in values)
    days = [date.fromisoformat(one.logical_date).toordinal() for one in values]
    span = max(days) - min(days)
    places = [(day - min(days)) / span if span else 0.5 for day in days]
    spots = curves.spots([one.value for one in values], curves.LARGE, places, (low, high))
    labels = list(dict.fromkeys(one.label for one in sorted(values, key=lambda one: one.label)))
    groups = []
    for number, label in enumerate(labels[: MOST_GROUPS - 1] if len(labels) > MOST_GROUPS else labels):
        groups.append(
            _group(label, number, [(one, spot) for one, spot in zip(values, spots, strict=True) if one.label == label])
        )
    named = {group.label for group in groups}
    if rest := [(one, spot) for one, spot in zip(values, spots, strict=True) if one.label not in named]:
        groups.append(_group("others", MOST_GROUPS - 1, rest))
    return {
        "groups": groups,
        "size": curves.LARGE,
        "marks": curves.marks(low, high, curves.LARGE[1]),
        "first": date.fromordinal(min(days)).isoformat(),
        "last": date.fromordinal(max(days)).isoformat(),
    }


def _group(label: str, number: int, told: Sequence[tuple[Value, curves.Spot]]) -> Group:
    return Group(label, number, tuple(one for one, _ in told), tuple(spot for _, spot in told))
