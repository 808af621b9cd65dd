"""What no two runs share."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.comparison.noise import Noise
from runner.comparison.side import Side
from tests.runner.comparison.sides import IDS, side, step

SHA = "3575b72506c8420d009227f665257465ee81e59b6c00f1ffc5c9c0888defdb58"
NEVER_THE_SAME = [
    ("<Shop at 0x7f01aa>", "<Shop at 0x7f99bb0c>"),
    ("\r 10%|#   | 1/9\r100%|####| 9/9 [00:01<00:00]\ndone", " 40%|##  | 4/9\r100%|####| 9/9 [00:07<00:00]\ndone"),
    ("wrote /tmp/tmpab12/x.csv", "wrote /var/folders/zz/x.csv"),
    ("\x1b[31mno\x1b[0m", "no"),
    ("Cell In[5], line 1", "Cell In[6], line 1"),
    ('{"model_id": "0123456789abcdef0123456789abcdef"}', '{"model_id": "f123456789abcdef0123456789abcdef"}'),
]
ONLY_TIMES = [
    ("took 12.3 s", "took 9 s"),
    ("CPU times: user 1 min 2 s", "CPU times: user 58 s"),
    ("Wall time: 0:01:02.5", "Wall time: 0:00:58"),
    ("executed 2026-11-15 04:01:02+00:00", "executed 2026-11-16T05:01:02Z"),
    ("Printed on 2026-11-15.", "Printed on 2026-11-16."),
]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Noise, Noise]:
    """Two runs on two days, the second of which took a step over from a third."""
    own = {"path": "artifacts/a.csv", "sha256": SHA, "bytes": 1}
    taken = step(cached_from="01a20000-b57d-7985-b521-ad3b69dfbb90", status="cached")
    found: tuple[Side, Side] = side(tmp_path, step(files=[own])), side(tmp_path, taken, later=True)
    return found[0].noise, found[1].noise


@pytest.mark.parametrize(("before", "after"), NEVER_THE_SAME)
def test_what_is_never_the_same_is_taken_out(pair: tuple[Noise, Noise], before: str, after: str) -> None:
    """Addresses, progress bars, temporary places, colours, counts of executions, ids of widgets."""
    assert before != after
    assert pair[0].without_names(before) == pair[1].without_names(after)


@pytest.mark.parametrize(("before", "after"), ONLY_TIMES)
def test_times_are_taken_out_apart_from_the_rest(pair: tuple[Noise, Noise], before: str, after: str) -> None:
    """Durations and the days of the run go only where texts would else differ."""
    assert pair[0].without_names(before) == before
    assert pair[0].without_times(before) == pair[1].without_times(after)


def test_a_run_is_called_the_same_as_any_other(pair: tuple[Noise, Noise], tmp_path: Path) -> None:
    """Its folder wherever it lies, its id, the run it took a step from, and the checkout."""
    before = f"{tmp_path}/small/{IDS[0]}/tables/a.parquet, s3://bucket/x/{IDS[0]}/run.json, /srv/shop/insiders/a.py"
    taken = "01a20000-b57d-7985-b521-ad3b69dfbb90"
    after = f"{tmp_path}/small/{IDS[1]}/tables/a.parquet, {taken}/run.json, CHECKOUT/insiders/a.py"
    assert pair[0].without_names(before) == pair[1].without_names(after)


def test_digests_of_own_files_say_nothing_and_others_do(pair: tuple[Noise, Noise]) -> None:
    """A receipt that names a file's digest is no output that differs: the file is told."""
    assert pair[0].without_names(f"{SHA} {SHA[:12]} {SHA[::-1]}") == f"DIGEST DIGEST {SHA[::-1]}"


@pytest.mark.parametrize("text", ["28 days", "5 steps", "k = 8", "2011-12-09", "0.5 shares", "v1.2 sold", "12 %"])
def test_figures_stay(pair: tuple[Noise, Noise], text: str) -> None:
    """What merely looks like a time or an address is kept."""
    assert pair[0].without_times(pair[0].without_names(text)) == text
