"""Ways to die of what a run stands on: inputs, disks, the database, the terminal, another run."""

from __future__ import annotations

from tests.faults import acts, checks, circumstances
from tests.faults.stage import TAGGED
from tests.faults.way import FIRST, LAST, WAIT, Way

PUBLISHES_JUNK = """import os, pathlib, time
asked = pathlib.Path(os.environ["INSIDERS_SPOOL"], os.environ["INSIDERS_STEP"] + "-1.request.json")
aside = asked.with_name(".asked")
aside.write_text('{"format": 1, "tables": "all of them"}')
aside.replace(asked)
answer = asked.with_name(asked.name.replace("request", "receipt"))
while not answer.exists(): time.sleep(0.02)
"""

FETCHES = (f"{TAGGED}\nsource: str = 'demo'  # where from", FIRST)
SHOPS = (f"{TAGGED}\nshop: int = 0  # which", "if shop == 2: raise ValueError('closed')", LAST)

PLACES = (
    Way("kernel program is missing", "", None, (3,), "nowhere", kernel="nowhere", prepare=circumstances.missing_kernel),
    Way("syntax error", "for", None, (3,), "syntax"),
    Way("a package is missing", "import no_such_package", None, (3,), "no_such_package"),
    Way("wrong kernel name", "", None, (3,), "no_such_kernel", kernel="no_such_kernel"),
    Way(
        "input missing at the fetch",
        "",
        "failed",
        (3,),
        "404",
        cells=(),
        sources=FETCHES,
        step="skipped",
        prepare=circumstances.serve,
        pipeline={"inputs": {"source": "URL/missing.csv"}},
    ),
    Way(
        "input server hangs, SIGTERM",
        "",
        "cancelled",
        (143,),
        "SIGTERM",
        cells=(),
        sources=FETCHES,
        after="cancelled",
        prepare=circumstances.serve,
        pipeline={"inputs": {"source": "URL/hang.csv"}},
        act=acts.signal_at_fetch,
    ),
    Way(
        "input server hangs past the run's deadline",
        "",
        "timed_out",
        (5,),
        "limit",
        cells=(),
        sources=FETCHES,
        step="skipped|timed_out",
        after="skipped|timed_out",
        prepare=circumstances.serve,
        pipeline={"inputs": {"source": "URL/hang.csv"}, "timeout_minutes": 0.1},
    ),
    Way(
        "disk full in the middle",
        "",
        "failed|lost",
        (1,),
        "",
        sources=(FIRST, WAIT, "print('x' * 100_000)"),
        cells=("succeeded", "succeeded", "succeeded"),
        step="failed|lost",
        after="skipped|not_run",
        prepare=circumstances.small_disk,
        act=acts.fill_disk,
        check=checks.says("No space left"),
        impossible=circumstances.cannot_mount,
    ),
    Way(
        "output folder read-only in the middle",
        WAIT,
        "failed|lost",
        (1,),
        "",
        cells=("succeeded",) * 3,
        step="failed|lost",
        after="skipped|not_run",
        prepare=circumstances.like_anyone,
        act=acts.read_only,
        check=checks.says("Permission denied"),
    ),
    Way(
        "files may not grow so large (RLIMIT_FSIZE)",
        "",
        "failed|lost",
        (1,),
        "",
        prepare=circumstances.small_files,
        sources=(FIRST, "print(('x' * 99 + '\\n') * 30_000)", LAST),
        cells=("succeeded",) * 3,
        step="failed|lost",
        after="skipped|not_run",
        check=checks.says("File too large"),
    ),
    Way("run folder deleted during the run", WAIT, None, (1,), "run", act=acts.delete_run_folder),
    Way(
        "database locked at the end",
        WAIT,
        "succeeded",
        (7,),
        "",
        cells=("succeeded",) * 3,
        after="succeeded",
        act=acts.lock_database,
    ),
    Way(
        "publication refused by the desk",
        PUBLISHES_JUNK,
        "failed",
        (1,),
        "refused",
        cells=("succeeded",) * 3,
        check=checks.says("refused"),
    ),
    Way(
        "whoever reads the runner's output is gone",
        WAIT,
        "succeeded",
        (0,),
        cells=("succeeded",) * 3,
        after="succeeded",
        prepare=circumstances.pipe,
        act=acts.close_pipe,
    ),
    Way(
        "the runner's output goes to a full device",
        FIRST,
        "succeeded",
        (0,),
        cells=("succeeded",) * 3,
        after="succeeded",
        prepare=circumstances.full_device,
    ),
    Way(
        "a second run while the first one runs",
        WAIT,
        "succeeded",
        (0,),
        cells=("succeeded",) * 3,
        after="succeeded",
        act=acts.second_run,
        check=checks.refused_and_recorded,
    ),
    Way(
        "one item of several fails",
        "if shop == 2: raise ValueError('closed')",
        "failed",
        (1,),
        "ValueError: closed",
        sources=SHOPS,
        cells=None,
        asks={"for_each": {"shop": [1, 2, 3]}},
        check=checks.siblings_ran,
    ),
)
"""What the run stands on gives way."""
