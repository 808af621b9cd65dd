"""What a kernel is given and what is left of it: its environment, its end, its exit status in words."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Mapping

import psutil

ALLOWED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|VIRTUAL_ENV|CONDA_PREFIX|LD_LIBRARY_PATH|PYTHON\w*|"
    r"(?:OMP|MKL|OPENBLAS|NUMBA)_\w+|MPL\w+|XDG_\w+|JUPYTER_\w+|CUDA_VISIBLE_DEVICES|INSIDERS_DATA|"
    r"SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(?:HTTP|HTTPS|NO)_PROXY|(?:http|https|no)_proxy"
)
"""Names that pass from the runner's environment to a kernel; everything else stays behind."""
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
"""Threads of the numerical libraries, unless the runner's environment names another number.

Two kernels whose libraries each take every core wait for each other: measured on 2 cores, a comparison of clusterings
took 109 s beside another run and 12 s with one thread each, and alone no longer with one thread than with two.
"""
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|(?:^|_)KEY(?:$|_)", re.IGNORECASE)


def environment(parent: Mapping[str, str], additions: Mapping[str, str]) -> dict[str, str]:
    """The environment of a kernel: one thread, and the allowed names without anything that is a credential."""
    passed = {
        name: value
        for name, value in parent.items()
        if ALLOWED.fullmatch(name) and not _SECRET.search(name) and not _holds_password(name, value)
    }
    return {**ONE_THREAD, **passed, **additions}


def _holds_password(name: str, value: str) -> bool:
    return name.lower().endswith("_proxy") and "@" in value


def death(status: int | None) -> str:
    """How a kernel ended, in words, from the exit status that the system reports."""
    if status is None:
        return "the kernel ended without an exit status"
    if status >= 0:
        return f"the kernel process ended by itself with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    hint = ", as the system does when memory runs out" if -status == signal.SIGKILL else ""
    return f"the kernel was killed by {name}{hint}"


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill what a kernel started and left behind. A process that has ended meanwhile is none of ours any more."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
