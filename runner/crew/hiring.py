"""Who runs the steps of a run: threads of this process, or the workers of a cluster."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner.crew.budget import Budget
from runner.crew.exchange import exchange_of
from runner.crew.local import Local
from runner.crew.roll import Roll
from runner.crew.task import Executor
from runner.delivery.spool import Spool
from runner.errors import PreflightError
from runner.kernel.stopping import Stop
from runner.progress import Reporter
from runner.records.journal import Journal
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from runner.warming import Warming

_WITHOUT_END = 2**62


@contextmanager
def joined(address: str | None) -> Iterator[Any]:
    """The connection to a cluster; None where steps run here. A `PreflightError` says why there is none."""
    if address is None:
        yield None
        return
    try:
        # Nothing of Dask is loaded by runs that stay on this machine.
        cluster = importlib.import_module("runner.crew.cluster")
    except ModuleNotFoundError as missing:
        raise PreflightError(
            f"refused before the first cell, and nothing was started: --cluster needs the package {missing.name}; "
            "install it with pip install 'insiders[cluster]'"
        ) from missing
    with cluster.joined(address) as client:
        yield client


def budget(client: object) -> Budget:
    """What steps may take together: what this machine has; on a cluster its scheduler minds that."""
    return Budget.of_host() if client is None else Budget(_WITHOUT_END, _WITHOUT_END)


def executor(
    client: object,
    *,
    settings: Settings,
    home: Path,
    spool: Spool,
    notebooks: Path,
    roll: Roll,
    journal: Journal,
    reporter: Reporter,
    redactor: Redactor,
    stop: Stop,
    warming: Warming,
    apart: bool,
) -> Executor:
    """Who runs the steps of the run whose folder is `home`."""
    if client is not None:
        cluster = importlib.import_module("runner.crew.cluster")
        found: Executor = cluster.Cluster(
            client, home, spool.folder, roll, journal, reporter, redactor, stop, exchange_of(settings)
        )
        return found
    data = {} if settings.data is None else {"INSIDERS_DATA": str(settings.data)}
    return Local(
        home=home,
        spool=spool.folder,
        kernel_folder=notebooks,
        environment={**spool.environment, **warming.environment, **data},
        claim=roll.claim,
        journal=journal,
        reporter=reporter,
        redactor=redactor,
        stop=stop,
        warmth=warming.of,
        apart=apart,
    )
