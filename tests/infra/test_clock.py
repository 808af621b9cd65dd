"""The clock of the container: begins what is due, makes up for what was slept through, and ends with what it began."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.compose import clock
from runner.settings import CHECKOUT

COMPOSE = CHECKOUT / "infra" / "compose"
GOES = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from infra.compose import clock
from runner.scheduling.timetable import Timetable
clock.BEAT_S = 0.05
due = datetime.now(UTC) + timedelta(seconds=float(sys.argv[2]))
task = clock.Task(["cron", "run", "monthly"], Timetable.of("0 4 15 * *", "UTC"), due)
sys.exit(clock.Clock([task], Path(sys.argv[1]), ["/bin/sh", sys.argv[3]]).go())
"""
RUN = """
trap 'echo stopped "$@"; exit 143' TERM
echo runs "$@"
for _ in $(seq 200); do [ -e {done} ] && exit 0; sleep 0.05; done
"""
Starts = Callable[[float], subprocess.Popen[str]]


@pytest.fixture
def signs(tmp_path: Path) -> Path:
    return tmp_path / "signs"


@pytest.fixture
def starts(tmp_path: Path, signs: Path) -> Iterator[Starts]:
    """Starts a clock whose one task is due in so many seconds; the run lasts until the file `done` is there."""
    begun: list[subprocess.Popen[str]] = []
    script = tmp_path / "run.sh"
    script.write_text(RUN.replace("{done}", str(tmp_path / "done")))

    def start(seconds: float) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", GOES, str(signs), str(seconds), str(script)]
        begun.append(subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def line(process: subprocess.Popen[str], wanted: str) -> str:
    """The next line of the clock's log with these words."""
    assert process.stdout is not None
    for text in process.stdout:
        if wanted in text:
            return text
    raise AssertionError(f"the log ended without {wanted!r}")


def beats(signs: Path, count: str) -> None:
    """Wait until the clock says that so many are under way."""
    deadline = time.monotonic() + 20
    while not (signs / "beat").exists() or (signs / "beat").read_text() != count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def script(name: str, signs: Path, **options: float) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CLOCK_SIGNS": str(signs)}
    return subprocess.run(
        [COMPOSE / name], env=environment, capture_output=True, text=True, check=False, timeout=options.get("timeout")
    )


def test_what_is_due_begins_and_a_signal_waits_for_its_end(starts: Starts, signs: Path) -> None:
    """The run is told of SIGTERM and ends by itself; its exit status is the clock's."""
    clock_ = starts(0)
    assert "runs cron run monthly" in line(clock_, "runs")
    beats(signs, "1")
    clock_.send_signal(signal.SIGTERM)
    assert "stopped cron run monthly" in line(clock_, "stopped")
    assert "exit status 143" in line(clock_, "ended")
    assert clock_.wait(20) == 143


def test_an_idle_clock_is_alive_and_ends_at_once(starts: Starts, signs: Path) -> None:
    """The health check holds while it goes; nothing is begun that is not due."""
    assert script("alive.sh", signs).returncode == 1
    clock_ = starts(3600)
    beats(signs, "0")
    assert script("alive.sh", signs).returncode == 0
    clock_.send_signal(signal.SIGTERM)
    assert clock_.wait(20) == 0
    assert clock_.stdout is not None
    assert clock_.stdout.read() == ""
    an_hour_ago = time.time() - 3600
    os.utime(signs / "beat", (an_hour_ago, an_hour_ago))
    assert script("alive.sh", signs).returncode == 1


def test_holding_waits_for_the_run_and_lets_none_begin(starts: Starts, signs: Path, tmp_path: Path) -> None:
    """So a container is replaced between two runs; a hold that was forgotten ends by itself."""
    clock_ = starts(0)
    beats(signs, "1")
    with pytest.raises(subprocess.TimeoutExpired):
        script("hold.sh", signs, timeout=3)
    (tmp_path / "done").touch()
    assert "exit status 0" in line(clock_, "ended")
    held = script("hold.sh", signs, timeout=20)
    assert (held.returncode, "nothing is under way" in held.stderr) == (0, True)
    later = starts(0)
    time.sleep(1)
    beats(signs, "0")
    past = time.time() - clock.HELD_S
    os.utime(signs / "hold", (past, past))
    assert "runs" in line(later, "runs")


def test_nothing_can_be_held_where_no_clock_goes(signs: Path) -> None:
    """It says so at once."""
    held = script("hold.sh", signs, timeout=20)
    assert (held.returncode, "no clock goes here" in held.stderr) == (1, True)


def test_a_time_that_went_by_is_made_up_for_once(tmp_path: Path) -> None:
    """The first start expects nothing of the past; a later one is due at once, until it has begun."""
    run, look = clock.tasks_of("monthly", None, "Europe/Lisbon", tmp_path)
    now = datetime.now(UTC)
    assert run.due > now
    assert look.due - now <= timedelta(hours=25)
    memory = tmp_path / "clock-monthly.json"
    first = json.loads(memory.read_text())
    memory.write_text(json.dumps({**first, "last": (now - timedelta(days=70)).isoformat()}))
    run, look = clock.tasks_of("monthly", None, "Europe/Lisbon", tmp_path)
    assert run.due < now
    assert look.due > now
    clock.remember(memory, now)
    run, look = clock.tasks_of("monthly", None, "Europe/Lisbon", tmp_path)
    assert run.due > now
    assert look.words[look.words.index("--since") + 1] == first["since"]


def test_words_are_those_that_the_runner_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty schedule is the pipeline's own; one that cannot be is told in one line, with 2."""
    run, look = clock.tasks_of("monthly", "", "UTC", tmp_path)
    assert run.words == ["cron", "run", "monthly", "--zone", "UTC"]
    assert look.words[:5] == ["cron", "check", "monthly", "--zone", "UTC"]
    assert look.words[look.words.index("--schedule") + 1] == run.timetable.line == "0 4 15 * *"
    assert clock.main(["monthly", "--schedule", "every day", "--home", str(tmp_path)]) == 2
    assert clock.main(["yearly", "--home", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
