"""A step on another machine: the worker's part. It knows nothing of the engine that brought the errand.

The worker makes a run folder and a spool of its own, fetches what the step needs, runs the notebook under the same
supervision as the runner would, and sends what it has written. What the kernel asks to publish is passed on to the
runner, which alone delivers, and the answer comes back the same way. Credentials for the exchange are the worker's own.
"""

from __future__ import annotations

import dataclasses
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console

from runner.crew.errand import Errand
from runner.crew.exchange import Exchange, exchange_of
from runner.crew.local import Local
from runner.crew.task import Performance, failed
from runner.delivery.publication import read_request, requests_in
from runner.errors import DeliveryError, RunnerError
from runner.files import write_aside
from runner.kernel import compiled
from runner.kernel.stopping import Stop
from runner.kernel.supervision import Watch
from runner.origins import provenance
from runner.outcomes import Status
from runner.progress import Reporter
from runner.records import archive
from runner.records.journal import Journal
from runner.secrecy import redaction
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from runner.values.parameters import RUN_FOLDER

Tell = Callable[[Mapping[str, Any]], None]
"""Sends a message to the runner."""
Inbox = queue.SimpleQueue[Mapping[str, Any]]
"""Messages from the runner."""
LOOK_EVERY_S = 0.1


def carry_out(errand: Errand, folder: Path, settings: Settings, tell: Tell, inbox: Inbox) -> Performance:
    """Run the step in a folder of the worker's own. Whatever goes wrong is an outcome, never an exception."""
    try:
        exchange = exchange_of(settings)
        if fault := _strange(errand, settings):
            return failed(fault)
        values = _prepare(errand, folder, exchange)
        performance = _run(errand, folder, settings, exchange, values, tell, inbox)
        for file in performance.files:
            exchange.send(_home(errand, folder) / file.path, file.sha256)
    except (RunnerError, OSError) as fault:
        return failed(f"on {socket.gethostname()}: {fault}")
    else:
        return dataclasses.replace(performance, values=values)


def _home(errand: Errand, folder: Path) -> Path:
    """The run folder: as on the runner's machine, it lies in a folder that is named for the pipeline."""
    return folder / "output" / errand.pipeline / errand.run_id


def _strange(errand: Errand, settings: Settings) -> str | None:
    """Why the step may not be run here: what it is recorded to run on is not what there is."""
    told, facts = errand.task.surroundings, provenance.of_run(settings.checkout)
    code = provenance.code_digests((settings.checkout,), told["code"] or ())
    found = {
        "code": code,
        "lock": facts["lock_sha256"],
        "packages": facts["packages_sha256"],
        "python": facts["python"],
    }
    words = [name for name, here in found.items() if here != told[name]]
    missing = [name for name in errand.task.references if name not in os.environ]
    if words:
        return (
            f"the worker on {socket.gethostname()} has other {', '.join(words)} than the runner; "
            "bring it to the same commit, and install the same lock"
        )
    return f"the worker's environment on {socket.gethostname()} does not set {', '.join(missing)}" if missing else None


def _prepare(errand: Errand, folder: Path, exchange: Exchange) -> dict[str, object]:
    """Bring near what the step needs; the values that are paths here."""
    home, task = _home(errand, folder), errand.task
    for room in archive.ROOMS:
        (home / room).mkdir(parents=True)
    (folder / "spool").mkdir(mode=0o700)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / task.notebook.name).write_bytes(errand.notebook)
    for file in task.needed:
        exchange.fetch(file.sha256, home / file.path)
    values: dict[str, object] = {RUN_FOLDER: str(home)} if RUN_FOLDER in task.values else {}
    for one in errand.inputs:
        place = folder / "inputs" / one.parameter
        for file in one.files:
            exchange.fetch(file.sha256, place / file.path)
        values[one.parameter] = str(place / one.root)
    return values


def _run(
    errand: Errand,
    folder: Path,
    settings: Settings,
    exchange: Exchange,
    values: Mapping[str, object],
    tell: Tell,
    inbox: Inbox,
) -> Performance:
    task, home, spool = errand.task, _home(errand, folder), folder / "spool"
    redactor = Redactor.of(redaction.secrets_in(os.environ, set(task.references)))
    environment = compiled.environment(os.environ, task.surroundings["lock"])
    environment |= {"INSIDERS_SPOOL": str(spool), "INSIDERS_RUN_ID": errand.run_id}
    if settings.data is not None:
        environment["INSIDERS_DATA"] = str(settings.data)
    stop = Stop()
    with _Journal(folder / "journal.jsonl", redactor, tell) as journal, _Relay(errand, home, spool, exchange) as relay:
        relay.attend(tell, inbox, stop)
        local = Local(
            home=home,
            spool=spool,
            kernel_folder=folder / "notebooks",
            environment=environment,
            claim=lambda _, __: {},  # the runner knows whose a file is
            journal=journal,
            reporter=_Reporter(tell),
            redactor=redactor,
            stop=stop,
        )
        here = dataclasses.replace(
            task,
            notebook=folder / "notebooks" / task.notebook.name,
            values={**task.values, **values},
            run_ends=None if errand.seconds_left is None else time.monotonic() + errand.seconds_left,
        )
        return local.perform(here, _Watch(tell))


class _Relay:
    """Passes requests of the kernel on to the runner, and its answers and signals back."""

    def __init__(self, errand: Errand, home: Path, spool: Path, exchange: Exchange) -> None:
        self._run_id = errand.run_id
        self._home = home
        self._spool = spool
        self._exchange = exchange
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def attend(self, tell: Tell, inbox: Inbox, stop: Stop) -> None:
        """Begin to pass on."""
        self._thread = threading.Thread(target=self._pass_on, args=[tell, inbox, stop], name="relay", daemon=True)
        self._thread.start()

    def _pass_on(self, tell: Tell, inbox: Inbox, stop: Stop) -> None:
        seen: set[str] = set()
        while not self._over.wait(LOOK_EVERY_S):
            for path in requests_in(self._spool):
                if path.name not in seen:
                    seen.add(path.name)
                    self._ask(path, tell)
            with suppress(queue.Empty):
                while True:
                    self._take(inbox.get_nowait(), stop)

    def _ask(self, path: Path, tell: Tell) -> None:
        """Send the files of a request, then the request; one that is wrong the runner refuses in its own words."""
        try:
            for file, sha256 in read_request(path, self._run_id, self._home).files.items():
                self._exchange.send(self._home / file, sha256)
        except DeliveryError:
            pass
        except (RunnerError, OSError) as fault:
            tell({"kind": "say", "text": f"{path.name}: {fault}", "style": "yellow"})
        tell({"kind": "request", "name": path.name, "text": path.read_text(encoding="utf-8", errors="replace")})

    def _take(self, message: Mapping[str, Any], stop: Stop) -> None:
        if message["kind"] == "stop":
            stop.request(message["signal"])
        elif message["kind"] == "receipt":
            with suppress(OSError):
                write_aside(self._spool / Path(message["name"]).name, message["text"].encode())

    def __enter__(self) -> _Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()


class _Journal(Journal):
    """Tells the runner what it writes."""

    def __init__(self, path: Path, redactor: Redactor, tell: Tell) -> None:
        super().__init__(path, redactor)
        self._tell, self._without = tell, redactor

    def write(self, event: str, **facts: object) -> None:
        """Append one line here, and have the runner append it there."""
        super().write(event, **facts)
        self._tell({"kind": "journal", "event": event, "facts": self._without.tree(facts)})


class _Reporter(Reporter):
    """Lets the runner say it to the person."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(Console(quiet=True))
        self._tell = tell

    def say(self, text: str, style: str = "") -> None:
        """Pass it on."""
        self._tell({"kind": "say", "text": text, "style": style})


class _Watch(Watch):
    """Tells the runner how far the notebook is."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def kernel_started(self, pid: int, *, warm: bool = False) -> None:
        self._tell({"kind": "kernel", "pid": pid, "warm": warm})

    def cell_started(self, number: int, total: int) -> None:
        self._tell({"kind": "cell", "number": number, "total": total})

    def cell_finished(self, number: int, total: int, status: Status, seconds: float) -> None:
        told = {"number": number, "total": total, "status": status.value, "seconds": seconds}
        self._tell({"kind": "cell_finished", **told})
