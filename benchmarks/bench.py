"""Speed in one table: what we take, what others take for the same, and their ratio, within one run on one machine.

    python -m benchmarks.bench [FOLDER] [SECTION ...]

FOLDER holds the real files (../shared/data unless said otherwise). All sections unless some are named; each writes its
own part of ``benchmarks/results.md`` as soon as it is done and leaves the others as they are. A section is a line of
`SECTIONS`: its name, the module, and the function in it, which is given FOLDER and returns a list of
`benchmarks.figures.Figure`; the first paragraphs of its docstring stand above its table. Where the module is not there
or the function fails, the part says so, the others are made all the same, and the exit status is 1.

CPU seconds are of the processor, over all processes and threads: a machine that others use changes them least.
"""

from __future__ import annotations

import importlib
import inspect
import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.figures import Figure

REPORT = Path(__file__).with_name("results.md")
HEAD = "# Speed\n\nMade by `python -m benchmarks.bench`; see there. Each part names the machine it was measured on.\n"
SECTIONS = {
    "start": ("benchmarks.analysis", "start"),
    "second": ("benchmarks.analysis", "second"),
    "table": ("benchmarks.analysis", "table"),
    "grid": ("benchmarks.analysis", "grid"),
    "layout": ("benchmarks.analysis", "layout"),
    "monthly": ("benchmarks.analysis", "monthly"),
    "warm": ("benchmarks.warm", "figures"),
}
PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "numba", "umap-learn", "torch", "papermill")
FOLDER = Path("../shared/data")


def main(arguments: Sequence[str]) -> int:
    """Measure the sections asked for and write the report."""
    named = [name for name in arguments if name in SECTIONS]
    others = [one for one in arguments if one not in SECTIONS]
    if len(others) > 1 or (others and not Path(others[0]).is_dir()):
        print(f"no such section or folder: {', '.join(others)}; sections: {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    folder = Path(others[0]) if others else FOLDER
    good = True
    for name in named or SECTIONS:
        text, went_well = section(name, folder)
        write(name, text)
        print(text, flush=True)
        good &= went_well
    return 0 if good else 1


def section(name: str, folder: Path) -> tuple[str, bool]:
    """The text of a part, and whether it was measured."""
    module, function = SECTIONS[name]
    try:
        measure = getattr(importlib.import_module(module), function)
        load = os.getloadavg()[0]
        table = markdown(measure(folder))
    except Exception as fault:  # noqa: BLE001 - one part must not take the others with it
        return f"Not measured: {type(fault).__name__}: {fault}\n", False
    return f"{inspect.getdoc(measure) or ''}\n\n{table}\n{machine(load)}\n", True


def markdown(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    lines = ["| what | takes | compared with | takes | ratio | aim |", "|---|---:|---|---:|---:|---|"]
    for one in figures:
        beside = "" if one.beside is None else f"{number(one.beside)} {one.unit}"
        ratio = "" if one.ratio is None else f"{number(one.ratio)}"
        ours = f"{number(one.ours)} {one.unit}".strip()
        lines.append(f"| {one.what} | {ours} | {one.against} | {beside} | {ratio} | {one.aim} |")
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Three figures."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine(load: float) -> str:
    """Where it was measured, in a sentence without a name."""
    try:
        model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        model = None
    processor = model.group(1).strip() if model else platform.machine()
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = len(os.sched_getaffinity(0))
    return (
        f"*{datetime.now(UTC):%Y-%m-%d}; {processor}, {cores} cores, {memory:.0f} GiB, load {load:.1f} "
        f"at the start; Python {platform.python_version()}, {packages}.*"
    )


def write(name: str, text: str) -> None:
    """Put a part into the report, in the order of the sections, beside what stands there of the others."""
    kept = REPORT.read_text(encoding="utf-8") if REPORT.is_file() else ""
    pieces = re.split(r"^## (\w+)\n", kept, flags=re.MULTILINE)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True)) | {name: text}
    ordered = [f"## {one}\n\n{parts[one].strip()}\n" for one in SECTIONS if one in parts]
    REPORT.write_text("\n".join([HEAD, *ordered]).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
