"""The views that pages read, and the kinds of those columns that the two databases keep differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa


def _view(name: str, columns: str, kinds: Mapping[str, Any] | None = None) -> sa.TableClause:
    known = kinds or {}
    return sa.table(name, *(sa.column(column, known.get(column)) for column in columns.split()))


RUNS = _view(
    "run_history",
    "run_id pipeline status logical_date started_at finished_at source synthetic approved_by accepted_at live_since",
    {
        "logical_date": sa.Date,
        **dict.fromkeys(("started_at", "finished_at", "accepted_at", "live_since"), sa.DateTime),
        "synthetic": sa.Boolean,
    },
)
METRICS = _view("current_metrics", "run_id pipeline step name value text unit")
SEGMENTS = _view(
    "current_segments",
    "run_id pipeline segment value_rank is_insiders customers customer_share gross_revenue revenue_share net_revenue "
    "items items_share mean_gross_revenue median_gross_revenue median_recency_days median_invoices median_ticket "
    "median_gap_days mean_return_share silhouette stability action",
    {"is_insiders": sa.Boolean},
)
SEGMENT_HISTORY = _view(
    "segment_history",
    "run_id pipeline logical_date started_at segment value_rank is_insiders customers customer_share gross_revenue "
    "revenue_share",
    {"is_insiders": sa.Boolean, "logical_date": sa.Date, "started_at": sa.DateTime},
)
CUSTOMERS = _view(
    "current_customers",
    "run_id pipeline customer_id segment is_insider why gross_revenue net_revenue n_invoices n_items avg_ticket "
    "first_purchase last_purchase recency_days avg_gap_days return_share is_wholesale main_category country "
    "probability_high_value probability_active propensity_30_days expected_revenue_90_days expected_revenue_lower "
    "expected_revenue_upper at_risk map_x map_y",
    {
        **dict.fromkeys(("is_insider", "is_wholesale"), sa.Boolean),
        **dict.fromkeys(("first_purchase", "last_purchase"), sa.DateTime),
    },
)
CHANGES = _view("current_membership_changes", "run_id pipeline customer_id change why previous_run_id")
ANSWERS = _view("current_answers", "run_id pipeline question position text")
SALES = _view("current_sales", "run_id pipeline level series date value unit", {"date": sa.DateTime})
FORECASTS = _view(
    "current_forecasts",
    "run_id pipeline level series date model mean lower upper coverage unit",
    {"date": sa.DateTime},
)
SCORES = _view("current_model_scores", "run_id pipeline level model fold metric value")
TOTALS = _view(
    "current_totals",
    "run_id pipeline level model first_day last_day days unit mean lower upper coverage periods",
    dict.fromkeys(("first_day", "last_day"), sa.DateTime),
)
SERIES = _view(
    "current_series_totals",
    "run_id pipeline level series description model first_day last_day days unit sold mean lower upper coverage "
    "upper_95 periods kind flags",
    dict.fromkeys(("first_day", "last_day"), sa.DateTime),
)
