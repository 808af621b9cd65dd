"""The desk at a run's spool: requests are checked, delivered and answered; a run that has ended follows whole."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from runner.crew import workplace
from runner.delivery import anchors, conclusion
from runner.delivery.conclusion import Ending
from runner.delivery.places import Places, announce, deliver
from runner.delivery.publication import Receipt, Request, answer, read_request, requests_in, step_of
from runner.delivery.state import State
from runner.errors import DamageError, DeliveryError, RunnerError
from runner.promotion import aftermath
from runner.promotion.promote import Promotion
from runner.records import digests
from runner.settings import masked
from runner.tables.fences import Fence, TakenOverError
from runner.tables.run_rows import RunRow

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Completion:
    """How far a run's delivery has come."""

    pending: bool
    """Whether something is still to be delivered; `runner sync` does it."""
    reason: str | None = None
    """Why it is pending, or cannot be completed, in one line."""
    refused: tuple[str, ...] = ()
    """What will never be delivered, and why."""
    objects: int = 0
    """Files that are in the store now."""
    promotion: Promotion | None = None
    """What became of going live; None before the run is complete, or where it was refused."""
    damaged: bool = False
    """Whether something that was kept is not what it was, so that nothing more is delivered."""
    failed: bool = False
    """Whether a gate did not hold, and the pipeline wants its runs to fail then."""


@dataclass
class Desk:
    """One run's requests and their answers."""

    places: Places
    folder: Path
    state: State
    answered: dict[str, Receipt] = field(default_factory=dict)
    """Requests that are settled, by file name. Receipts on disk are not believed: a notebook can write there too."""
    live: bool = False
    """Whether the run's own process is at it, which any later run shuts out."""
    closed: bool = False
    """Whether the database knows that the run ended while it had its lock."""
    shut_out: bool = False
    """Whether another run took the lock before this one had ended, so that nothing of it will ever be delivered."""
    ending: Ending | None = None
    """How the run ended; None as long as it is under way, or where nobody can tell."""

    @property
    def fence(self) -> Fence | None:
        """What to look at before each part of the delivery.

        A run that never ended has none, once its process is gone: what it asked for is kept, and never goes live.
        """
        run = self.state.run
        ended = self.ending is not None and not self.ending.lost
        if self.state.fence is None or not (self.live or ended):
            return None
        return Fence(run.pipeline, run.run_id, self.state.fence, None if self.live else run.finished_at)

    @property
    def run_folder(self) -> Path:
        """Where the run's files lie."""
        return self.places.settings.output / self.state.run_folder

    def attend(self) -> str | None:
        """Deliver and answer what was asked for and is not settled, in order; the reason why something is pending."""
        pending = None
        for path in requests_in(self.folder):
            if path.name in self.answered:
                continue
            receipt = self._deliver(path) if pending is None else Receipt(status="pending", reason=pending)
            if receipt.status == "pending":
                pending = receipt.reason
            else:
                self.answered[path.name] = receipt  # before the step can read the answer, and end
            try:
                answer(path, receipt)
            except OSError:
                self.answered.pop(path.name, None)
                raise
        return pending

    def finish(self) -> Completion:
        """Deliver all that is left of the run, or as much as can be delivered now."""
        try:
            self._learn_ending()
            return self._finish()
        except TakenOverError as fault:
            return self._shut_out(fault)
        except DeliveryError as fault:
            return self._stopped(self._refused(), fault)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the run has ended well and delivery can be repeated
            return Completion(pending=True, reason=_reason(fault), refused=self._refused())

    def _stopped(self, refused: tuple[str, ...], fault: DeliveryError) -> Completion:
        """What no later attempt would mend; damage raises the alarm."""
        damaged = isinstance(fault, DamageError)
        if damaged:
            self._raise_alarm()
        return Completion(pending=False, refused=_once([*refused, str(fault)]), damaged=damaged)

    def _raise_alarm(self) -> None:
        """Have database and bucket know of the ledger's lines, the alarm among them, although the run stays here."""
        try:
            aftermath.publish_lines(self.places)
            anchors.of_head(self.places.store, self.places.book)
        except RunnerError as fault:  # it may be the ledger itself that is damaged
            log.warning("what the ledger says of the damage stays here for now: %s", fault)

    def _learn_ending(self) -> None:
        """Read from its manifest how the run ended; from then on the run's row says so too."""
        self.ending = Ending.of(self.run_folder)
        if self.ending is not None:
            self.state = self.state.model_copy(update={"run": self._with_source(self.ending.row)})

    def _finish(self) -> Completion:
        pending = self.attend()
        if self.ending is None:
            return self._left_behind(pending)
        conclusion.check(self.places.book, self.ending)
        announce(self.places, self.state.run, self.fence)
        self.closed = True
        if pending:
            return Completion(pending=True, reason=pending, refused=self._refused())
        done = self._published()
        objects, promotion = conclusion.conclude(self.places, self.state, self.ending, self.fence, done)
        failed = promotion.failed and self.state.policy.failed_gate == "fail"
        refused = self._refused()
        return Completion(pending=False, refused=refused, objects=objects, promotion=promotion, failed=failed)

    def _left_behind(self, pending: str | None) -> Completion:
        """A run whose process is gone, and whose manifest does not say how it ended: it has asked for its last."""
        if pending:
            return Completion(pending=True, reason=pending, refused=self._refused())
        reason = "the run never ended: what it asked to publish is delivered, its other files stay where they are"
        return Completion(pending=False, reason=reason, refused=self._refused(), objects=len(self._published()))

    def _shut_out(self, fault: TakenOverError) -> Completion:
        """A later run has the lock: work that was finished before waits for `sync`.

        The results of any other are never delivered; its files are kept, as those of every run.
        """
        refused = _once([*self._refused(), str(fault)])
        if self.closed:
            reason = f"{fault.by}, after this run had ended"
            return Completion(pending=True, reason=reason, refused=self._refused())
        try:
            objects = conclusion.keep_evidence(self.places, self.ending) if self.ending else 0
        except DamageError as damage:  # no later attempt mends it, and the runs after this one must not wait for it
            return self._stopped(refused, damage)
        except Exception as away:  # noqa: BLE001 - whatever it is, `sync` tries again
            return Completion(pending=True, reason=_reason(away), refused=refused)
        self.shut_out = True
        return Completion(pending=False, refused=refused, objects=objects)

    def _deliver(self, path: Path) -> Receipt:
        try:
            request = read_request(path, self.state.run.run_id, self._place(path))
            self._check_unaltered(request)
            self._bring_home(request)
            self._learn(request.source, request.source_sha256, synthetic=request.synthetic)
            return deliver(self.places, self.state.run, self.run_folder, request, self.fence)
        except DeliveryError as fault:
            return Receipt(status="refused", reason=masked(str(fault)))
        except Exception as fault:  # noqa: BLE001 - the waiting cell gets an answer whatever happens
            return Receipt(status="pending", reason=_reason(fault))

    def _place(self, path: Path) -> Path:
        """Where the files of a request lie: in the folder that its step works in, if it has one of its own."""
        work = workplace.of_step(self.folder, self.run_folder, step_of(path))
        return work if work.is_dir() else self.run_folder

    def _bring_home(self, request: Request) -> None:
        """Let the files of a request stand in the run folder, unless another step's work stands there."""
        work = workplace.of_step(self.folder, self.run_folder, request.step)
        if not work.is_dir():
            return
        taken = [
            file
            for file, sha256 in request.files.items()
            if (self.run_folder / file).exists() and digests.of_file(self.run_folder / file) != sha256
        ]
        if taken:
            raise DeliveryError(f"other files stand in the run folder already: {', '.join(taken)}")
        workplace.bring_home(work, self.run_folder, request.files)

    def _learn(self, source: str, sha256: str | None, *, synthetic: bool) -> None:
        """Note in the run's row where its data come from; once synthetic, always synthetic."""
        run = self.state.run
        facts = {"source": source, "source_sha256": sha256, "synthetic": bool(run.synthetic) or synthetic}
        self.state = self.state.model_copy(update={"run": run.model_copy(update=facts)})

    def _with_source(self, run: RunRow) -> RunRow:
        """The run's row, with what its requests told before it ended."""
        known = self.state.run
        learnt = {name: getattr(known, name) for name in ("source", "source_sha256", "synthetic")}
        return run.model_copy(update={name: value for name, value in learnt.items() if value is not None})

    def _check_unaltered(self, request: Request) -> None:
        """A folder that is its own archive cannot tell that a file was published before with other content; we can."""
        published = self._published()
        altered = [file for file, sha256 in request.files.items() if published.get(file, sha256) != sha256]
        if altered:
            names = ", ".join(altered)
            raise DeliveryError(f"published before with other content: {names}; start a new run")

    def _refused(self) -> tuple[str, ...]:
        return _once(receipt.reason or "" for receipt in self.answered.values() if receipt.status == "refused")

    def _published(self) -> dict[str, str]:
        """Digests of the files that the store has, by path."""
        return {stored.file: stored.sha256 for receipt in self.answered.values() for stored in receipt.objects}


def _once(reasons: Iterable[str]) -> tuple[str, ...]:
    """The reasons in order, each once."""
    return tuple(dict.fromkeys(reasons))


def _reason(fault: Exception) -> str:
    """Why something is pending, in a line; what nobody expected goes to the log with its story."""
    if isinstance(fault, RunnerError):
        return masked(str(fault))
    log.error("a delivery stopped unexpectedly", exc_info=fault)
    return masked(f"{type(fault).__name__}: {fault}")
