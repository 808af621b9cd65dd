"""A runner's process that delivers one prepared request, and is killed outright where the caller says.

python -m tests.runner.delivering SETTINGS(JSON) RUN_FOLDER REQUEST [MODULE.FUNCTION that it dies at]
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from runner.delivery.spool import Spool
from runner.ledger import reconcile
from runner.ledger.book import Book
from tests.runner.runs import begun, ended, run_row, settings


def main(facts: str, run_folder: str, request: str, dies_at: str = "") -> None:
    """Open the run's spool, wait until the request is answered, and complete the run."""
    folder, places = Path(run_folder), settings(**json.loads(facts))
    begun(folder)
    reconcile.started(Book.of(places), folder)
    with Spool(places, run_row(folder), folder) as spool:
        if dies_at:
            module, _, function = dies_at.rpartition(".")
            setattr(importlib.import_module(module), function, _die)
        place = spool.folder / Path(request).name
        shutil.copy(request, place.with_name(".aside"))
        place.with_name(".aside").replace(place)
        while not place.with_name(place.name.replace("request", "receipt")).exists():
            time.sleep(0.01)
        ended(places, folder)
        spool.complete()


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
