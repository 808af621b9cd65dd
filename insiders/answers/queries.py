"""The SELECT beside every number: over the ``current_*`` views, the same on SQLite (3.38 and later) and PostgreSQL.

Median, rank sum and place in an order come from window functions, which both have. What only the notebook can compute
(an interval, a p value) is read from the answer's own row by the operators ``->`` and ``->>``, which both have, too.
The views hold the rows of every live pipeline; what is published is limited to its own (`of_pipeline`).
"""

# ruff: noqa: S608 - the parts are names of columns, all of them written in this package; values are quoted here
from __future__ import annotations

import re

CUSTOMERS = "current_customers"
INSIDERS = "is_insider"
OVERDUE = "recency_days > 2 * avg_gap_days AND recency_days >= 30"
_VIEWS = re.compile(r"'(?:[^']|'')*'|\bcurrent_(\w+)")
"""A quoted text, which may say anything, or the name of a view."""


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def stored(topic: str, name: str, value: object) -> str:
    """A figure in the row of its answer: a number as a number, a text as a text, anything else as JSON."""
    row = f"FROM current_answers WHERE topic = {quoted(topic)}"
    if isinstance(value, str) or value is None:
        return f"SELECT figures ->> {quoted(name)} {row}"
    if isinstance(value, int | float):
        return f"SELECT CAST(figures ->> {quoted(name)} AS DOUBLE PRECISION) {row}"
    return f"SELECT figures -> {quoted(name)} {row}"


def of_pipeline(query: str, pipeline: str) -> str:
    """The query over the rows of one pipeline alone, since several may be live in one database."""
    views = dict.fromkeys(view[1] for view in _VIEWS.finditer(query) if view[1])
    own = [f"{name} AS (SELECT * FROM current_{name} WHERE pipeline = {quoted(pipeline)})" for name in views]
    return (f"WITH {', '.join(own)} " if own else "") + _VIEWS.sub(lambda view: view[1] or view[0], query)


def found(expression: str, where: str = "", *, of: str = CUSTOMERS) -> str:
    """One value: an aggregate of the rows that meet a condition."""
    return f"SELECT {expression} FROM {of}" + (f" WHERE {where}" if where else "")


def share(amount: str, where: str = INSIDERS) -> str:
    """The share of an amount that stands with the rows meeting a condition."""
    return f"SELECT 1.0 * SUM(CASE WHEN {where} THEN {amount} ELSE 0 END) / SUM({amount}) FROM {CUSTOMERS}"


def first(number: int, where: str = INSIDERS) -> str:
    """The customers with the highest gross revenue among those who meet a condition."""
    return f"SELECT customer_id FROM {CUSTOMERS} WHERE {where} ORDER BY gross_revenue DESC, customer_id LIMIT {number}"


def share_of_first(amount: str, number: int) -> str:
    """The share of an amount that stands with the customers who have most of it."""
    ordered = f"SELECT {amount} AS x FROM {CUSTOMERS} ORDER BY {amount} DESC LIMIT {number}"
    return f"SELECT SUM(x) / (SELECT SUM({amount}) FROM {CUSTOMERS}) FROM ({ordered}) AS ordered"


def forecast(expression: str, level: str, model: str) -> str:
    """An aggregate of the days that a model forecast."""
    return f"SELECT {expression} FROM current_forecasts WHERE level = {quoted(level)} AND model = {quoted(model)}"


def score(level: str, model: str, metric: str, folds: str) -> str:
    """The mean of a model's scores over those folds."""
    rows = f"level = {quoted(level)} AND model = {quoted(model)} AND metric = {quoted(metric)} AND {folds}"
    return f"SELECT AVG(value) FROM current_model_scores WHERE {rows}"


def by_segment(expression: str) -> str:
    """An aggregate of every segment."""
    return f"SELECT segment, {expression} FROM {CUSTOMERS} GROUP BY segment"


def rate(condition: str) -> str:
    """The share of rows that meet a condition, as an aggregate; unknown counts as not met."""
    return f"AVG(CASE WHEN {condition} THEN 1.0 ELSE 0.0 END)"


def listed(expression: str, where: str, order: str, number: int) -> str:
    """A value of each of the first customers, in that order, among those who meet a condition."""
    chosen = f"WHERE {where} ORDER BY {order}, customer_id LIMIT {number}"
    return f"SELECT customer_id, {expression} FROM {CUSTOMERS} {chosen}"


def median(column: str, where: str) -> str:
    """The median of a column over the customers who meet a condition."""
    return (
        f"SELECT AVG(x) FROM (SELECT 1.0 * {column} AS x, ROW_NUMBER() OVER (ORDER BY {column}) AS place, "
        f"COUNT(*) OVER () AS n FROM {CUSTOMERS} WHERE {column} IS NOT NULL AND {where}) AS ranked "
        "WHERE place IN ((n + 1) / 2, (n + 2) / 2)"
    )


def medians(column: str) -> str:
    """The median of a column in every segment."""
    return (
        f"SELECT segment, AVG(x) FROM (SELECT segment, 1.0 * {column} AS x, "
        f"ROW_NUMBER() OVER (PARTITION BY segment ORDER BY {column}) AS place, "
        f"COUNT(*) OVER (PARTITION BY segment) AS n FROM {CUSTOMERS} WHERE {column} IS NOT NULL) AS ranked "
        "WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY segment"
    )


def plain_sort_share(column: str) -> str:
    """The share of a column that stands with as many customers as there are Insiders, those of highest revenue."""
    return plain_sort(f"1.0 * SUM({column}) / (SELECT SUM({column}) FROM {CUSTOMERS})")


def plain_sort(expression: str) -> str:
    """An aggregate of as many customers as there are Insiders, those with the highest gross revenue."""
    return (
        f"SELECT {expression} FROM (SELECT customers.*, ROW_NUMBER() OVER (ORDER BY gross_revenue DESC, customer_id) "
        f"AS place FROM {CUSTOMERS} AS customers) AS ordered "
        f"WHERE place <= (SELECT COUNT(*) FROM {CUSTOMERS} WHERE {INSIDERS})"
    )


def mann_whitney_u(column: str, opponents: str) -> str:
    """Mann-Whitney's U of the Insiders against the rows meeting a condition: the sum of their ranks less its least."""
    return (
        f"SELECT SUM(x) - COUNT(*) * (COUNT(*) + 1) / 2.0 FROM (SELECT {INSIDERS} AS ours, RANK() OVER (ORDER BY "
        f"{column}) + (COUNT(*) OVER (PARTITION BY {column}) - 1) / 2.0 AS x FROM {CUSTOMERS} "
        f"WHERE {column} IS NOT NULL AND ({INSIDERS} OR {opponents})) AS ranked WHERE ours"
    )
