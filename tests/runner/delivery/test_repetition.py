"""Requests made again."""

import json
import threading
from pathlib import Path

from runner.delivery.repetition import repeat

REQUEST = {"format": 1, "run_id": "earlier", "step": "eda", "tables": [], "artifacts": []}


def test_requests_are_made_in_the_new_run_s_name(tmp_path: Path) -> None:
    """Each gets its number, and the call waits for the receipts."""

    def answer() -> None:
        pause = threading.Event()
        while len(list(tmp_path.glob("eda-*.request.json"))) < 2:
            pause.wait(0.01)
        for number in (1, 2):
            (tmp_path / f"eda-{number}.receipt.json").write_text("{}")

    desk = threading.Thread(target=answer)
    desk.start()
    repeat([REQUEST, REQUEST], "now", tmp_path)
    desk.join()
    asked = [json.loads((tmp_path / f"eda-{number}.request.json").read_text()) for number in (1, 2)]
    assert asked == [{**REQUEST, "run_id": "now"}] * 2


def test_a_desk_that_does_not_answer_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    """The request stays in the spool."""
    repeat([REQUEST], "now", tmp_path, wait_s=0.2)
    assert [path.name for path in tmp_path.iterdir()] == ["eda-1.request.json"]
