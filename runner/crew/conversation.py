"""A conversation with the worker that has a step: what it tells is put down here, what it asks for is done here.

A worker that vanishes is replaced by another, which begins the step anew: what the former says is heard no longer. What
the former had asked to publish is published; the same asked for again gets the same answer, and anything else is
refused, as it would be in any run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from runner.crew.exchange import Exchange
from runner.delivery.publication import REQUEST, Request
from runner.errors import RunnerError
from runner.files import write_aside
from runner.kernel.supervision import Watch
from runner.outcomes import Status
from runner.progress import Reporter
from runner.records.journal import Journal

Put = Callable[[str, str, Mapping[str, Any]], None]
"""Leaves a message for an attempt at an address."""


@dataclass(eq=False)
class Conversation:
    """One step's worker, as long as it has the step."""

    step: str
    work: Path
    """Where its files come to on this machine."""
    spool: Path
    exchange: Exchange
    journal: Journal
    reporter: Reporter
    watch: Watch
    put: Put
    begun: bool = field(default=False, init=False)
    """Whether a worker has the step."""
    _worker: str = field(default="", init=False)
    _attempt: str = field(default="", init=False)
    _unanswered: dict[str, Path] = field(default_factory=dict, init=False)
    """Requests by the name that the worker gave them, and where they lie here."""

    def hear(self, message: Mapping[str, Any]) -> None:
        """Put down what a worker says."""
        kind = message["kind"]
        if kind == "begun":
            self._begin(message)
        elif message["attempt"] != self._attempt:
            return  # from a worker that was given up
        elif kind == "journal":
            self.journal.write(message["event"], **message["facts"])
        elif kind == "say":
            self.reporter.say(message["text"], message["style"])
        elif kind == "kernel":
            # Its number means nothing on this machine.
            self.journal.write("kernel_started", step=self.step, worker=self._worker, warm=message["warm"])
        elif kind == "cell":
            self.watch.cell_started(message["number"], message["total"])
        elif kind == "cell_finished":
            told = message["number"], message["total"], Status(message["status"]), message["seconds"]
            self.watch.cell_finished(*told)
        elif kind == "request":
            self._ask(message["name"], message["text"])

    def answer(self) -> None:
        """Send the receipts that have come meanwhile."""
        for name, path in list(self._unanswered.items()):
            receipt = path.with_name(path.name.replace(".request.json", ".receipt.json"))
            if receipt.exists():
                del self._unanswered[name]
                told = {"name": name.replace(".request.json", ".receipt.json"), "text": receipt.read_text("utf-8")}
                self.put(self._worker, self._attempt, {"kind": "receipt", **told})

    def stop(self, signal: int) -> None:
        """Have the worker stop, as that signal would."""
        if self.begun:
            self.put(self._worker, self._attempt, {"kind": "stop", "signal": signal})

    def _begin(self, message: Mapping[str, Any]) -> None:
        if self.begun:
            self.reporter.say(f"      {self.step}: its worker vanished; it begins anew elsewhere", style="yellow")
        self.journal.write(
            "worker_lost" if self.begun else "sent", step=self.step, to=message["worker"], host=message["host"]
        )
        self.begun, self._worker, self._attempt = True, message["worker"], message["attempt"]
        self._unanswered = {}

    def _ask(self, name: str, text: str) -> None:
        """Put a request, with the files that it names, where the run's desk finds it."""
        if not REQUEST.fullmatch(name):
            return
        path = self.spool / name
        while path.exists() and path.read_text("utf-8") != text:
            head, _, number = path.name.removesuffix(".request.json").rpartition("-")
            path = path.with_name(f"{head}-{int(number) + 1}.request.json")
        self._unanswered[name] = path
        if path.exists():
            return
        try:
            for file, sha256 in Request.model_validate_json(text).files.items():
                self.exchange.fetch(sha256, self.work / file)
        except (RunnerError, OSError, ValidationError) as fault:
            # The desk refuses it in its own words.
            self.journal.write("fault", step=self.step, story=f"{name}: {fault}")
        write_aside(path, text.encode())
