"""Days, weeks and months in SQL: the first day of the period that a day lies in, on both databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

DAY, WEEK, MONTH = "day", "week", "month"
GRANULARITIES = (DAY, WEEK, MONTH)
_SQLITE = {DAY: "", WEEK: ", '-6 days', 'weekday 1'", MONTH: ", 'start of month'"}


class PeriodStart(FunctionElement[Any]):
    """The first day of a column's day, week (from Monday) or month."""

    type = sa.DateTime()
    inherit_cache = False  # the granularity is text of the statement, which SQLAlchemy would take for a value
    name = "period_start"

    def __init__(self, column: sa.ColumnElement[Any], granularity: str) -> None:
        if granularity not in GRANULARITIES:
            raise ValueError(f"{granularity!r} is none of {', '.join(GRANULARITIES)}")
        super().__init__(column, sa.literal(granularity, literal_execute=True))


@compiles(PeriodStart, "postgresql")
def _postgres(element: PeriodStart, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, granularity = element.clauses
    return f"date_trunc('{granularity.value}', {compiler.process(column, **options)})"


@compiles(PeriodStart, "sqlite")
def _sqlite(element: PeriodStart, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, granularity = element.clauses
    moved = _SQLITE[granularity.value]
    return f"(date({compiler.process(column, **options)}{moved}) || ' 00:00:00.000000')"
