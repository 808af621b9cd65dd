"""What a kernel is given and what is left of it: its environment, its end, its exit status in words."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Mapping

import psutil

from runner.secrecy.redaction import SECRET_NAME

ALLOWED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|VIRTUAL_ENV|CONDA_PREFIX|LD_LIBRARY_PATH|PYTHON\w*|"
    r"(?:OMP|MKL|OPENBLAS|NUMBA)_\w+|LOKY_MAX_CPU_COUNT|POLARS_MAX_THREADS|MPL\w+|"
    r"XDG_\w+|JUPYTER_\w+|CUDA_VISIBLE_DEVICES|INSIDERS_DATA|"
    r"SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(?:HTTP|HTTPS|NO)_PROXY|(?:http|https|no)_proxy"
)
"""Names that pass from the runner's environment to a kernel; everything else stays behind."""
THREADS = tuple(f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"))
"""How many threads the numerical libraries take: one, unless the step or the runner's environment names another number.

Two kernels whose libraries each take every core wait for each other: measured on 2 cores, a comparison of clusterings
took 109 s beside another run and 12 s with one thread each, and alone no longer with one thread than with two.
"""
POOLS = ("LOKY_MAX_CPU_COUNT", "POLARS_MAX_THREADS")
"""How many processes or threads libraries start that take every CPU for theirs: the step's share of them, where there
is one; left alone otherwise."""
_HINTS = {
    "SIGSEGV": "it read or wrote memory that is not its own",
    "SIGBUS": "it read or wrote memory that is not there",
    "SIGABRT": "it gave itself up",
    "SIGILL": "this processor does not know one of its instructions",
    "SIGFPE": "it divided by zero",
    "SIGXCPU": "its CPU time was used up",
    "SIGXFSZ": "it wrote a file larger than allowed",
}


def environment(
    parent: Mapping[str, str], additions: Mapping[str, str], threads: int | None = None, pool: int | None = None
) -> dict[str, str]:
    """The environment of a kernel: the allowed names without anything that is a credential, its threads and its pool.

    Threads that a step asks for are those of its pool as well, unless it is told another number.
    """
    passed = {
        name: value
        for name, value in parent.items()
        if ALLOWED.fullmatch(name) and not SECRET_NAME.search(name) and not _holds_password(name, value)
    }
    asked = {} if threads is None else dict.fromkeys(THREADS, str(threads))
    if (at_once := pool or threads) is not None:
        asked |= dict.fromkeys(POOLS, str(at_once))
    return {**dict.fromkeys(THREADS, "1"), **passed, **asked, **additions}


def _holds_password(name: str, value: str) -> bool:
    return name.lower().endswith("_proxy") and "@" in value


def death(status: int) -> str:
    """How a kernel ended, in words, from the exit status that the system reports."""
    if status >= 0:
        return f"the kernel process ended by itself with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    hint = _HINTS.get(name)
    return f"the kernel was killed by {name}" + (f" ({hint})" if hint else "")


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill what a kernel started and left behind. A process that has ended meanwhile is none of ours any more."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
