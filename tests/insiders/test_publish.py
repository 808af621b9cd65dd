"""Publishing and metrics, from the notebook's side."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from insiders import handoff, publish
from insiders.errors import PublishError
from tests import results
from tests.runner.runs import settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder with a source and an artifact."""
    return results.run_folder(settings(tmp_path, "sqlite://"))


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty spool, and this process made to look like the kernel of a step."""
    place = tmp_path / "spool"
    place.mkdir()
    for name, value in {"SPOOL": str(place), "RUN_ID": "a-run", "STEP": "report"}.items():
        monkeypatch.setenv(f"INSIDERS_{name}", value)
    return place


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INSIDERS_SPOOL", raising=False)


@pytest.fixture
def shell() -> Iterator[None]:
    """An IPython shell, without which nothing can be displayed but text."""
    InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    yield
    InteractiveShell.clear_instance()


def answering(spool: Path, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> threading.Thread:
    """A runner that answers the first request with what `answer` makes of it."""

    def answer_first() -> None:
        deadline = time.monotonic() + 10
        while not (asked := list(spool.glob("report-*.request.json"))):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        receipt: dict[str, Any] = {"format": 1, "reason": None, "objects": [], "tables": []}
        receipt |= answer(json.loads(asked[0].read_text()))
        (spool / "aside").write_text(json.dumps(receipt))
        (spool / "aside").replace(spool / asked[0].name.replace("request", "receipt"))

    thread = threading.Thread(target=answer_first)
    thread.start()
    return thread


def test_by_hand_it_shows_and_delivers_nothing(folder: Path) -> None:
    """Without a runner the receipt lists what would be delivered."""
    receipt = publish.publish(
        folder, tables={"segments": results.rows("segments")}, artifacts=["artifacts/insiders.csv"]
    )
    assert receipt.status == "shown"
    assert [line[0] for line in receipt.lines] == ["segments", "artifacts/insiders.csv"]
    assert "nothing was" in repr(receipt)
    assert "3 rows" in repr(receipt)


def test_the_request_says_what_and_with_which_digest(folder: Path, spool: Path) -> None:
    """The request has the form of the protocol, and names rows, sizes, digests and the source."""
    csv = folder / "artifacts" / "insiders.csv"
    publish.publish(folder, tables={"segments": results.rows("segments")}, artifacts=[csv], wait_s=0)
    request = json.loads((spool / "report-1.request.json").read_text())
    (table,), (artifact,) = request.pop("tables"), request.pop("artifacts")
    assert request == {
        "format": 1,
        "run_id": "a-run",
        "step": "report",
        "synthetic": False,
        "source": "uci:online-retail",
        "source_sha256": results.source()["sha256"][0],
    }
    digest = publish._digest(folder / "results" / "segments.parquet")
    assert table == {"name": "segments", "file": "results/segments.parquet", "rows": 3, "sha256": digest}
    assert artifact == {"file": "artifacts/insiders.csv", "bytes": 18, "sha256": publish._digest(csv)}


def test_a_second_request_has_the_next_number(folder: Path, spool: Path) -> None:
    """Requests of a step are numbered, and none is written over."""
    for _ in range(2):
        publish.publish(folder, artifacts=["artifacts/insiders.csv"], wait_s=0)
    assert sorted(path.name for path in spool.iterdir()) == ["report-1.request.json", "report-2.request.json"]


def test_a_delivery_is_shown_as_evidence(folder: Path, spool: Path) -> None:
    """The receipt names each object with its version and digest, and the rows of each table, as text and as HTML."""
    kept = {"file": "artifacts/insiders.csv", "uri": "s3://b/<k>", "version": "v1", "sha256": "ab" * 32, "bytes": 18}
    staged = {"name": "segments", "rows": 3, "place": "postgresql table segments"}
    runner = answering(spool, lambda _: {"status": "delivered", "objects": [kept], "tables": [staged]})
    receipt = publish.publish(folder, tables={"segments": results.rows("segments")})
    runner.join()
    assert receipt.status == "delivered"
    text, page = repr(receipt), receipt._repr_html_()
    for fact in ("Delivered.", "abababababab", "version v1", "3 rows", "postgresql table segments"):
        assert fact in text
        assert fact in page
    assert "s3://b/&lt;k&gt;" in page


def test_a_pending_delivery_is_no_error(folder: Path, spool: Path) -> None:
    """Where a place is away the receipt says so, and the notebook goes on."""
    runner = answering(spool, lambda _: {"status": "pending", "reason": "the bucket does not answer"})
    receipt = publish.publish(folder, artifacts=["artifacts/insiders.csv"])
    runner.join()
    assert (receipt.status, receipt.reason) == ("pending", "the bucket does not answer")
    assert "the bucket does not answer" in repr(receipt)


def test_a_refusal_is_an_error(folder: Path, spool: Path) -> None:
    """What the runner refuses fails the cell, with the runner's reason."""
    runner = answering(spool, lambda _: {"status": "refused", "reason": "other rows were published before"})
    with pytest.raises(PublishError, match="other rows were published before"):
        publish.publish(folder, artifacts=["artifacts/insiders.csv"])
    runner.join()


def test_no_answer_means_pending(folder: Path, spool: Path) -> None:
    """A runner that does not answer in time leaves the request in the spool, and the notebook goes on."""
    receipt = publish.publish(folder, artifacts=["artifacts/insiders.csv"], wait_s=0.1)
    assert (receipt.status, receipt.reason) == ("pending", "the runner did not answer within 0.1 s")
    assert (spool / "report-1.request.json").exists()


def test_all_faults_are_named_before_anything_is_asked(folder: Path, spool: Path) -> None:
    """Two broken tables, a missing file, a file elsewhere and a missing source: one error, no request, no rows."""
    (folder / "tables" / "source.parquet").unlink()
    segments = results.rows("segments").drop(columns="action")
    answers = results.rows("answers").assign(position=0)
    with pytest.raises(PublishError) as caught:
        publish.publish(
            folder,
            tables={"segments": segments, "answers": answers, "sales": segments},
            artifacts=["artifacts/nowhere.csv", "run.json", "/etc/hostname"],
        )
    for fault in ("'segments'", "'answers'", "'sales'", "artifacts/nowhere.csv", "run.json", "/etc/hostname", "source"):
        assert fault in str(caught.value)
    assert list(spool.iterdir()) == []
    assert not (folder / "results").exists()


@pytest.mark.parametrize("name", ["a b.csv", "ümlaut.csv", ".hidden"])
def test_artifacts_need_plain_names(folder: Path, name: str) -> None:
    """A name that is unsafe in paths and addresses is refused."""
    (folder / "artifacts" / name).write_text("x")
    with pytest.raises(PublishError, match="needs a plain name"):
        publish.publish(folder, artifacts=[f"artifacts/{name}"])


def test_a_link_out_of_the_run_is_refused(folder: Path) -> None:
    """Only what lies in the run folder can be published."""
    (folder / "artifacts" / "host").symlink_to("/etc/hostname")
    with pytest.raises(PublishError, match="reached through a link"):
        publish.publish(folder, artifacts=["artifacts/host"])


def test_a_folder_of_artifacts_is_all_its_files(folder: Path) -> None:
    """A model of several files is published by its folder, each file once."""
    for name in ("weights.npz", "shape.json"):
        (folder / "artifacts" / "model").mkdir(exist_ok=True)
        (folder / "artifacts" / "model" / name).write_text(name)
    receipt = publish.publish(folder, artifacts=["artifacts/model", "artifacts/model/shape.json"])
    assert [line[0] for line in receipt.lines] == ["artifacts/model/shape.json", "artifacts/model/weights.npz"]


def test_rows_are_written_in_the_contracts_types(folder: Path) -> None:
    """What is published is the checked table, under results/."""
    segments = results.rows("segments")
    publish.publish(folder, tables={"segments": segments.assign(customers=segments["customers"].astype("int32"))})
    written = handoff.check("segments", pd.read_parquet(folder / "results" / "segments.parquet"), handoff.RESULTS)
    pd.testing.assert_frame_equal(written, segments)


@pytest.mark.parametrize(
    ("value", "plain", "shown"),
    [
        (404_699, 404_699, "rows: 404,699 £"),
        (np.int64(5), 5, "rows: 5 £"),
        (np.float64(0.42171234), 0.42171234, "rows: 0.421712 £"),
        ("classic", "classic", "rows: classic £"),
    ],
)
def test_a_metric_is_a_message_and_a_line(shell: None, value: Any, plain: object, shown: str) -> None:
    """The runner reads the message, with plain numbers; the reader sees the line."""
    with capture_output() as captured:
        publish.metric("rows", value, "£")
    (output,) = captured.outputs
    message = output.data["application/vnd.insiders.metric+json"]
    assert message == {"name": "rows", "value": plain, "unit": "£"}
    assert type(message["value"]) is type(plain)
    assert output.data["text/plain"] == shown


@pytest.mark.parametrize("value", [float("nan"), np.float64("inf"), True, None, [1]])
def test_a_metric_that_no_gate_could_judge_is_refused(value: Any) -> None:
    """Missing and infinite numbers, yes and no, and what is no figure."""
    with pytest.raises(PublishError, match="silhouette"):
        publish.metric("silhouette", value)


def test_a_metric_needs_a_plain_name() -> None:
    """The name is a key of the database."""
    with pytest.raises(PublishError, match="plain name"):
        publish.metric("mean silhouette", 0.4)


def test_files_may_be_spelt_from_the_working_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In JupyterLab the run folder is a relative path, and so are the files that a cell wrote into it."""
    monkeypatch.chdir(folder.parent)
    here = Path(folder.name)
    shown = publish.publish(here, artifacts=[here / "artifacts" / "insiders.csv", "artifacts/insiders.csv"])
    assert [line[0] for line in shown.lines] == ["artifacts/insiders.csv"]


def test_a_run_folder_behind_a_link_is_a_run_folder(folder: Path, tmp_path: Path) -> None:
    """A run folder that is itself reached through a link serves like any other."""
    link = tmp_path / "linked"
    link.symlink_to(folder)
    shown = publish.publish(link, artifacts=[link / "artifacts" / "insiders.csv"])
    assert [line[0] for line in shown.lines] == ["artifacts/insiders.csv"]
