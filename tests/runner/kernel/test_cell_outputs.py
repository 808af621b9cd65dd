"""What of a cell's outputs stands in the copy."""

from __future__ import annotations

from typing import Any

import pytest

from runner.kernel.cell_outputs import CUT, EDGE_BYTES, CellOutputs, Shown
from runner.reading.marks import METRIC
from runner.secrecy.redaction import REDACTED, Redactor

SECRET = "hunter2hunter3"


def outputs(allowance: int = 0, *, secret: str = "", forgotten: list[Shown] | None = None) -> CellOutputs:
    forget = (forgotten if forgotten is not None else []).append
    return CellOutputs(allowance, 2**20, Redactor.of([secret]), forget)


def display(text: str, **more: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text, **more}, "metadata": {}}


def told(found: CellOutputs, *, growing: bool = False) -> list[str]:
    nodes = found.nodes(growing=growing)
    return [node.get("text") or node.get("evalue") or node["data"]["text/plain"] for node in nodes]


def test_runs_of_a_stream_are_one_output() -> None:
    """Between two displays there is one stdout and one stderr, in this order."""
    found = outputs()
    for name, text in [("stderr", "e1 "), ("stdout", "o1 "), ("stderr", "e2"), ("stdout", "o2")]:
        found.print(name, text)
    found.show(display("d"))
    found.print("stdout", "o3")
    assert told(found) == ["o1 o2", "e1 e2", "d", "o3"]
    assert found.cut == 0


@pytest.mark.parametrize("above", [0, 1, 1000, EDGE_BYTES - 2000])
def test_what_is_just_too_much_is_kept_whole(above: int) -> None:
    """Where the last part joins the first, nothing is cut and nothing is noted."""
    found = outputs()
    for _ in range(64):
        found.print("stdout", "x" * (EDGE_BYTES // 64))
    found.print("stdout", "y" * above)
    assert "".join(told(found)) == "x" * EDGE_BYTES + "y" * above
    assert len(found.nodes(growing=False)) == 1


def test_a_flood_keeps_its_first_and_last() -> None:
    """What is cut, kept and noted makes up the whole."""
    found = outputs(2**20)
    for number in range(3000):
        found.print("stdout", f"{number:04d}" + "x" * 1020)
    first, note, last = found.nodes(growing=False)
    assert first.text.startswith("0000x")
    assert last.text.endswith("2999" + "x" * 1020)
    assert len(first.text) + found.cut + len(last.text) == 3000 * 1024
    assert note.metadata.papermill[CUT] == found.cut
    assert EDGE_BYTES <= len(last.text) <= 2 * EDGE_BYTES
    assert found.used == 2**20


def test_displays_are_kept_whole_or_not_at_all() -> None:
    """Of too many displays the first and the last stay, in order; what is gone cannot be replaced."""
    forgotten: list[Shown] = []
    found = outputs(2**20, forgotten=forgotten)
    shown = [found.show(display(f"{number:05d}" + "d" * 800), str(number)) for number in range(5000)]
    texts = told(found)
    numbers = [int(text[:5]) for text in texts if text[0] != "…"]
    gap = next(place for place in range(1, len(numbers)) if numbers[place] != numbers[place - 1] + 1)
    assert numbers[: gap + 1] == [*range(gap), numbers[gap]]
    assert numbers[gap:] == list(range(numbers[gap], 5000))
    assert len(forgotten) == 5000 - len(numbers)
    assert shown[-1] not in forgotten
    assert "cut here" in texts[gap]


def test_errors_and_metrics_are_always_kept() -> None:
    """Also those in the middle of a flood."""
    found = outputs()
    found.print("stdout", "x" * 2 * EDGE_BYTES)
    found.show({"output_type": "error", "ename": "E", "evalue": "why", "traceback": []})
    found.show(display("m", **{METRIC: {"name": "rows", "value": 1}}))
    for _ in range(100):
        found.show(display("y" * 10_000))
    assert {"why", "m"} <= set(told(found))


def test_one_display_that_is_too_big_is_left_out_alone() -> None:
    """What follows it stays."""
    found = outputs(2**20)
    found.show(display("x" * 2**21))
    found.print("stdout", "y" * 200_000)
    note, text = told(found)
    assert note.startswith("… a display of 2 MiB was left out: the limit of this step is 1 MiB")
    assert len(text) == 200_000


def test_replacing_counts_what_it_adds() -> None:
    """A display may be replaced as often as a cell likes, but not by more than there is room for."""
    found = outputs(2**20)
    shown = found.show(display("x" * 1000), "it")
    for _ in range(100):
        found.update(shown, display("y" * 500_000))
    assert told(found) == ["y" * 500_000]
    found.update(shown, display("z" * 2**21))
    assert "was left out" in told(found)[0]
    found.update(shown, display("small"))
    assert told(found) == ["small"]
    assert found.used < 1000


def test_clearing_gives_the_room_back() -> None:
    """And forgets what was cut."""
    forgotten: list[Shown] = []
    found = outputs(2**20, forgotten=forgotten)
    for _ in range(3):
        found.show(display("d"), "it")
        found.print("stdout", "x" * 2**21)
        found.clear()
    assert (found.used, found.cut, found.nodes(growing=False), len(forgotten)) == (0, 0, [], 3)


@pytest.mark.parametrize("place", range(0, len(SECRET) + 1, 2))
def test_a_secret_across_a_cut_leaves_no_part(place: int) -> None:
    """Neither at the end of the first part nor at the beginning of the last."""
    found = outputs(secret=SECRET)
    found.print("stdout", "." * (EDGE_BYTES - place) + SECRET)
    for _ in range(8):
        found.print("stdout", SECRET + "." * (EDGE_BYTES // 4 - 7))
    found.print("stdout", "." * (EDGE_BYTES - place))
    text = "".join(told(found)).replace(REDACTED, "").partition("…")
    assert set(text[0]) == {"."}
    assert set(text[2].rpartition("…")[2]) <= {"."}


@pytest.mark.parametrize("place", range(1, len(SECRET)))
def test_a_growing_output_ends_before_what_may_become_a_secret(place: int) -> None:
    """Only the finished output shows its end, and that is redacted."""
    found = outputs(secret=SECRET)
    found.print("stdout", "." * 1000 + SECRET[:place])
    assert set(told(found, growing=True)[0]) == {"."}
    found.print("stdout", SECRET[place:])
    assert told(found) == ["." * 1000 + REDACTED]
