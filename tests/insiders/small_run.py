"""The tables of a small run of the generated shop: the Insiders are the members of a programme by revenue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from insiders import demo_shop, handoff, transactions
from insiders.customers.features import features
from insiders.customers.in_memory import Loaded
from insiders.customers.purchases import buyers
from insiders.membership import standing
from insiders.membership.hysteresis import Hysteresis
from insiders.segments import portrait
from insiders.sources import Source

CUSTOMERS, SEED, GROUPS, REVIEWS = 220, 3, 4, 8
MODELS = {"ets": 90.0, "lstm": 110.0, "seasonal_naive": 150.0}
"""Mean absolute error of a day of every model; the seasonal naive one is scored and makes no forecast."""


def write(folder: Path) -> Path:
    """Write all tables that the report reads."""
    raw = _with_returns(demo_shop.generate(customers=CUSTOMERS, seed=SEED, quirks=False))
    prepared = transactions.prepare(raw)
    table = features(prepared.transactions)
    everybody = transactions.prepare(raw, min_days=1).transactions
    members = standing.standing(Loaded(everybody), "revenue", Hysteresis(), share=0.25, reviews=REVIEWS, seed=SEED)
    handoff.write(folder, "source", _source(raw).table())
    handoff.write(folder, "ladder", prepared.ladder)
    handoff.write(folder, "buyers", buyers(everybody))
    handoff.write(folder, "transactions", prepared.transactions)
    handoff.write(folder, "customers", table)
    once = everybody[~everybody["customer_id"].isin(table["customer_id"])]
    handoff.write(folder, "once", once.reset_index(drop=True))
    handoff.write(folder, "heights", members.heights)
    handoff.write(folder, "programme", standing.programme(members, "best"))
    _segment(folder, table, members.today["member"].reindex(table["customer_id"]).eq(True).to_numpy())
    forecasts = _forecasts(prepared.transactions["time"].max().normalize())
    handoff.write(folder, "forecasts", forecasts)
    handoff.write(folder, "totals", _totals(forecasts))
    handoff.write(folder, "model_scores", _scores())
    return folder


def _with_returns(raw: pd.DataFrame) -> pd.DataFrame:
    """Some customers bring back half of what they bought, three days later."""
    some = raw[(raw["quantity"] >= 4) & (raw["time"] < raw["time"].max() - pd.Timedelta(days=3))].iloc[::60]
    later = some["time"] + pd.Timedelta(days=3)
    back = some.assign(invoice="C" + some["invoice"], quantity=-(some["quantity"] // 2), time=later)
    return pd.concat([raw, back]).sort_values("time", kind="stable", ignore_index=True)


def _source(raw: pd.DataFrame) -> Source:
    return Source("demo:220", raw, raw.head(0), "0" * 64, "€", True, None, len(raw), 0, "generated")


def _segment(folder: Path, table: pd.DataFrame, chosen: np.ndarray) -> None:
    """The chosen are the Insiders, the others three segments by gross revenue; and rules that describe the chosen."""
    rank = table["gross_revenue"].rank(method="first", ascending=False)
    labels = np.asarray((rank - 1) * GROUPS // len(table), dtype=np.int16)
    assigned = portrait.assign(table, labels, chosen)
    line = table.loc[chosen, "gross_revenue"].min()
    why = np.where(chosen, f"at least €{line:.2f} gross revenue", "=1+1, less than that")
    chance = 1 - (rank - 1) / len(table)
    marked = assigned.assign(probability_high_value=chance, why=why, map_x=-rank, map_y=rank % 7)
    handoff.write(folder, "labels", marked[list(handoff.HANDOFF["labels"].columns)])
    flat = np.full(len(table), 0.25)
    handoff.write(folder, "segments", portrait.profile(table, assigned, flat, flat))
    often = table["n_invoices"] >= 10
    above = table["gross_revenue"] >= line
    rules = [
        ("at least 10 purchase invoices", chosen[often].mean(), often[chosen].mean(), int(often.sum())),
        (f"at least €{line:.2f} gross revenue", chosen[above].mean(), 1.0, int(above.sum())),
    ]
    handoff.write(folder, "rules", pd.DataFrame(rules, columns=["rule", "precision", "recall", "customers"]))


def _forecasts(last: pd.Timestamp) -> pd.DataFrame:
    days = pd.date_range(last + pd.Timedelta(days=1), periods=10)
    parts = [
        pd.DataFrame({"level": "insiders", "series": "insiders", "date": days, "model": model, "mean": mean})
        for model, mean in (("lstm", 300.0), ("ets", 200.0))
    ]
    both = pd.concat(parts, ignore_index=True)
    return both.assign(lower=both["mean"] - 50, upper=both["mean"] + 150, coverage=0.8)


def _totals(forecasts: pd.DataFrame) -> pd.DataFrame:
    ours = forecasts.groupby(["level", "model"], sort=False)
    sums = ours.agg(first_day=("date", "min"), last_day=("date", "max"), days=("date", "size"))
    sums = sums.assign(unit="€", mean=ours["mean"].sum())
    return sums.assign(lower=sums["mean"] / 2, upper=sums["mean"] * 2, coverage=0.8, periods=4).reset_index()


def _scores() -> pd.DataFrame:
    rows = [
        ("insiders", model, fold, metric, value * factor)
        for model, mae in MODELS.items()
        for fold, factor in (("2024-10-01", 1.5), ("2024-11-01", 0.5), ("mean", 1.0))
        for metric, value in (("mae", mae), ("wape", mae / 250), ("total_error", 0.1))
    ]
    return pd.DataFrame(rows, columns=["level", "model", "fold", "metric", "value"])
