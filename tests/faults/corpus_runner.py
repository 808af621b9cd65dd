"""Ways to die by the clock and by signals."""

from __future__ import annotations

import signal

from tests.faults import acts, circumstances
from tests.faults.way import CHILD, DAEMON, HOLDS_THE_GIL, IGNORES, SLEEP, cancelled, kill, lost, timed_out

TIME = (
    timed_out("cell timeout", SLEEP, "cell"),
    timed_out("step timeout", SLEEP, "step"),
    timed_out("run deadline", SLEEP, "run", pipeline={"timeout_minutes": 0.15}, after="skipped|timed_out|cancelled"),
    timed_out("the cell ignores the interrupt at its timeout", IGNORES),
    timed_out("the cell holds the GIL at its timeout", HOLDS_THE_GIL),
    timed_out("the kernel is stopped (SIGSTOP)", kill("os.kill(os.getpid(), {number})", "SIGSTOP")),
    timed_out(
        "kernel that never answers",
        "",
        "step",
        kernel="mute",
        prepare=circumstances.mute_kernel,
        cells=("not_run",) * 3,
    ),
)
"""Time runs out."""

SIGNALS = (
    cancelled("SIGINT to the runner", signal.SIGINT),
    cancelled("Ctrl-C at the terminal: SIGINT to all in front", signal.SIGINT, act=acts.signal_group(signal.SIGINT)),
    cancelled("SIGTERM to the runner", signal.SIGTERM),
    cancelled("SIGHUP to the runner", signal.SIGHUP),
    cancelled("SIGTERM twice", signal.SIGTERM, signal.SIGTERM),
    cancelled("SIGTERM, and the cell ignores the interrupt", signal.SIGTERM, cell=IGNORES),
    cancelled("SIGTERM, and the cell holds the GIL", signal.SIGTERM, cell=HOLDS_THE_GIL),
    cancelled("SIGTERM, and a child in a session of its own", signal.SIGTERM, cell=CHILD + SLEEP),
    lost("SIGKILL of the runner"),
    lost("SIGKILL of the runner, and the cell holds the GIL", HOLDS_THE_GIL),
    lost("SIGKILL of the runner, and the cell ignores the interrupt", IGNORES),
    lost("SIGKILL of the runner, and a child in a session of its own", CHILD + SLEEP),
    lost("SIGKILL of the runner, and a daemon", DAEMON + SLEEP),
    lost("SIGKILL of all that is in front", act=acts.signal_group(signal.SIGKILL)),
)
"""The runner is told to stop, or is killed."""
