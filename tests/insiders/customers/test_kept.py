"""Tables by day are made once, and stay what they were wherever they are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pandas as pd
from pandas.testing import assert_frame_equal

from insiders.customers.kept import Kept
from tests.insiders.demo_lines import history

DAYS = [pd.Timestamp("2024-06-01") + pd.Timedelta(days=30 * place) for place in range(3)]


def test_a_day_is_made_once_by_many_threads() -> None:
    """Threads that ask for a day while it is made wait for it."""
    kept, made = Kept(), []

    def slowly() -> pd.DataFrame:
        sleep(0.05)
        made.append(1)
        return pd.DataFrame({"value": [1.0]})

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: kept.table(DAYS[0], slowly), range(8)))
    assert len(made) == 1
    assert all(each is found[0] for each in found)


def test_what_does_not_fit_comes_back_as_it_was() -> None:
    """Beyond the limit a table goes to a file and comes back the same, in every type and digit."""
    kept = Kept(most=1)
    tables = {day: history().customers_at(day, 1) for day in DAYS}
    for _ in range(2):
        for day, table in tables.items():
            assert_frame_equal(kept.table(day, table.copy), table, check_exact=True)


def test_a_table_handed_out_is_nobody_elses() -> None:
    """Whoever writes to the customers of a day changes nothing for the next one who asks."""
    mine = history().customers_at(DAYS[0])
    mine["gross_revenue"] = 0.0
    assert (history().customers_at(DAYS[0])["gross_revenue"] > 0).all()
