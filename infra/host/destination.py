"""Prints where runs go by the settings in FOLDER/.env, once none of them is wrong: destination.py FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from runner import settings
from runner.errors import RunnerError


def main(folder: Path) -> int:
    """Exit status 0, or 2 with every fault of the settings."""
    dotenv, _ = settings.read_dotenv(folder / ".env")
    try:
        output = settings.load(dotenv, checkout=folder).output
    except RunnerError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_status
    sys.stdout.write(f"{output}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
