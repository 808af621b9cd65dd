"""The analyst's page of all views and their columns, from the database's own schema and the contracts of the tables.

python -m tests.infra.views_page > docs/views.md
"""

from __future__ import annotations

import sqlalchemy as sa

from insiders import handoff
from runner.tables import database

VIEWS = {
    "current_answers": "The questions of the business, each answered by the live run.",
    "current_customers": "One row per customer of the live run: who it is, what it bought, its segment, and why.",
    "current_forecasts": "What the live run expects, by day, with bounds.",
    "current_membership_changes": "Who became an Insider, and who left, since the run that was live before.",
    "current_metrics": "What the steps of the live run have measured.",
    "current_model_scores": "How models erred on periods that they had not seen.",
    "current_runs": "The live run of each pipeline.",
    "current_sales": "What was sold of every series that is forecast, without gaps on open days.",
    "current_segments": "One row per segment of the live run: size, revenue, shares, how it buys, what to do.",
    "current_totals": "What a level should sell over the whole horizon, with bounds of the sum.",
    "current_series_totals": "What each series should sell over the whole horizon, with bounds of its own sum.",
    "run_history": "Every run, also those that failed or were never accepted.",
    "segment_history": "The segments of every run that was ever accepted: for trends.",
}
"""What a row of each view is."""
RUN = {
    "run_id": "the run that the row comes from",
    "pipeline": "the pipeline of the run",
    "status": "running, succeeded, failed, timed_out, kernel_died, out_of_memory, cancelled, lost or skipped",
    "logical_date": "the day that the run was made for",
    "started_at": "when it began (UTC)",
    "finished_at": "when it ended (UTC); missing while it runs",
    "digest": "SHA-256 of the run's record",
    "source": "where its data came from",
    "source_sha256": "SHA-256 of them",
    "synthetic": "whether they were generated",
    "git_commit": "the commit of the code",
    "host": "the machine that it ran on",
    "username": "who ran it",
    "approved_by": "who approved it; missing where nobody did",
    "plan_digest": "digest of what was asked of the run",
    "accepted_at": "when it first went live (UTC); missing where it never did",
    "live_since": "since when it is live (UTC); missing where it is not",
    "change": "entered or left",
    "previous_run_id": "the run that was live before",
    "step": "step of the pipeline",
    "name": "name of the figure",
    "text": "its value where it is a text",
    "value": "its value where it is a number",
    "unit": "its unit, or what it is a share of",
}
"""What the runner writes; what notebooks write is said by `insiders.handoff`."""
SAME = {"current_membership_changes": "customers", "segment_history": "segments"}
"""Views whose other columns are those of a table of results."""
LOOKED_UP = {("current_forecasts", "unit"): "unit of mean, lower and upper: pieces, or the currency's sign"}
KINDS = {
    sa.Text: "text", sa.String: "text", sa.BigInteger: "whole number", sa.Integer: "whole number",
    sa.Double: "number", sa.Float: "number", sa.Numeric: "yes or no", sa.Boolean: "yes or no",
    sa.DateTime: "time", sa.Date: "day", sa.JSON: "JSON", sa.types.NullType: "time",
}  # fmt: skip
HEAD = """# Views for any other tool

Looker Studio, Superset, Excel, Metabase, a notebook: read these views, with a login that has the role
`insiders_dashboard` (PostgreSQL), or the SQLite file `insiders.db` opened read-only. `current_*` follow the run that is
live, one per pipeline: filter by `pipeline` where you have several. Money is in the shop's currency, whose sign is the
`unit` of the figure `gross_revenue` in `current_metrics`. Shares lie between 0 and 1. Times without "UTC" are the
shop's own.

This page is made from the database: `python -m tests.infra.views_page > docs/views.md`; a test holds it in step.
"""


def page() -> str:
    """The whole page."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    database.migrate(engine)
    inspector = sa.inspect(engine)
    names = sorted(inspector.get_view_names())
    if missing := set(names) ^ set(VIEWS):
        raise KeyError(f"say what a row of these views is, or forget them: {sorted(missing)}")
    sections = [_section(name, inspector.get_columns(name)) for name in names]
    engine.dispose()
    return "\n".join([HEAD, *sections])


def _section(view: str, columns: list[sa.engine.interfaces.ReflectedColumn]) -> str:
    head = [f"## {view}", "", VIEWS[view], "", "| column | kind | what it says |", "|---|---|---|"]
    rows = [f"| `{one['name']}` | {_kind(one['type'])} | {meaning(view, one['name'])} |" for one in columns]
    return "\n".join([*head, *rows, ""])


def meaning(view: str, column: str) -> str:
    """What a column says, by the contract of its table, else in the runner's words."""
    table = SAME.get(view, view.removeprefix("current_"))
    contract = handoff.RESULTS[table].columns.get(column) if table in handoff.RESULTS else None
    said = contract.description if contract is not None else LOOKED_UP.get((view, column)) or RUN.get(column)
    if said is None:
        raise KeyError(f"nobody says what {view}.{column} means")
    missing = "; may be missing" if contract is not None and contract.nullable and "missing" not in said else ""
    return f"{said}{missing}".replace("|", "\\|")


def _kind(found: sa.types.TypeEngine[object]) -> str:
    return next(name for kind, name in KINDS.items() if isinstance(found, kind))


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - it is what was asked for
