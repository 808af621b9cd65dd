"""Lists as spreadsheets open them."""

from __future__ import annotations

import csv
import io

import sqlalchemy as sa

from dashboard import database, downloads
from dashboard.queries import customers
from dashboard.queries.customers import Wanted
from tests.dashboard import shop


def test_all_rows_arrive_and_no_formula_does(shop_engine: sa.Engine) -> None:
    """In parts, highest gross revenue first, days without their midnight, with the mark that Excel looks for."""
    database._CHUNK, before = 50, database._CHUNK
    try:
        file = downloads.csv(shop_engine, customers.whole_list(Wanted(shop.LIVE)))
    finally:
        database._CHUNK = before
    lines = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))
    with shop_engine.connect() as connection:
        count = connection.execute(sa.text(f"SELECT COUNT(*) FROM customers WHERE run_id = '{shop.LIVE}'")).scalar_one()
    assert len(lines) == count
    revenues = [float(line["gross_revenue"]) for line in lines]
    assert revenues == sorted(revenues, reverse=True)
    assert "'=1+1, less than that" in {line["why"] for line in lines}
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "@"))]
    assert len(lines[0]["last_purchase"]) == len("2024-12-31")
