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
from tests.runner.runs import run_row, settings


def main(facts: str, run_folder: str, request: str, dies_at: str = "") -> None:
    """Open the run's spool, wait until the request is answered, and complete the run."""
    if dies_at:
        module, _, function = dies_at.rpartition(".")
        setattr(importlib.import_module(module), function, _die)
    folder = Path(run_folder)
    with Spool(settings(**json.loads(facts)), run_row(folder), folder) as spool:
        place = spool.folder / Path(request).name
        shutil.copy(request, place.with_name(".aside"))
        place.with_name(".aside").replace(place)
        while not place.with_name(place.name.replace("request", "receipt")).exists():
            time.sleep(0.01)
        spool.complete(run_row(folder, status="succeeded"), [])


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
