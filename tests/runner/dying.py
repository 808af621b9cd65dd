"""A run of one small notebook that is killed outright where the caller says.

python -m tests.runner.dying FOLDER [MODULE.FUNCTION that it dies at]
"""

from __future__ import annotations

import os
import pkgutil
import signal
import sys
from pathlib import Path
from typing import Any

from runner.settings import CHECKOUT, Settings
from tests.runner.bench import Bench, one


def bench_in(folder: Path) -> Bench:
    """The bench that the run goes on."""
    output = folder / "output"
    return Bench(folder / "pipelines", Settings(CHECKOUT, output, f"sqlite:///{output}/insiders.db"))


def main(folder: str, dies_at: str = "") -> None:
    """Run it; `dies_at` is where the next part would have begun."""
    if dies_at:
        place, _, name = dies_at.rpartition(".")
        setattr(pkgutil.resolve_name(place), name, _die)
    bench_in(Path(folder)).run(one("writes"))


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
