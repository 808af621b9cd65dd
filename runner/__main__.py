"""The console script `runner`, also `python -m runner`."""

from __future__ import annotations

import sys

from runner import cli
from runner.audience import Audience


def main() -> int:
    """Run one command, and say what it says for as long as somebody reads."""
    sys.stdout, sys.stderr = Audience(sys.stdout), Audience(sys.stderr)
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
