"""Runs one notebook in a process of its own, and says on its last line what that took.

`python -m tests.faults.flooding FOLDER SECRET`; the notebook is FOLDER/in.ipynb, its copy FOLDER/out.ipynb.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from runner.execute import execute
from runner.kernel import process
from runner.kernel.supervision import Supervision
from runner.secrecy.redaction import Redactor


def peak_bytes() -> int:
    """The highest resident memory of this process so far, as Linux keeps it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found
    return int(found[1]) * 1024


def main(folder: Path, secret: str) -> None:
    """Run it."""
    supervision = Supervision(
        environment=process.environment(os.environ, {}), folder=folder, redactor=Redactor.of([secret])
    )
    done = execute(folder / "in.ipynb", folder / "out.ipynb", {}, supervision)
    told = {"status": done.status, "reason": done.reason, "seconds": done.seconds, "peak": peak_bytes()}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
