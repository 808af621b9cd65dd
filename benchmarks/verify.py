"""How long it takes to verify an archive of many runs, and how much memory; with and without signatures.

    python -m benchmarks.verify [RUNS]

Each figure is of a process of its own, as `runner verify` would be. The archive is built by the ledger itself, of
manifests as large as those of a monthly run, and 1 GB of files that no two runs share. Writes benchmarks/verify.md.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from runner.ledger.line import NOTHING, Event, Line
from runner.ledger.signing import Signer
from runner.outcomes import Status
from runner.records.record import FileRecord
from runner.secrecy.redaction import Redactor
from tests.runner.runs import a_record, a_step

TOTAL_BYTES = 1_000_000_000
FILES = 10
"""Files of each run: four executed copies, tables, artifacts."""
STEPS = 4
CELLS = 40
KEY = "5d" * 32
REPEATS = 3
MEASURE = """
import json, resource, sys, time
from pathlib import Path
what, output, key = sys.argv[1], Path(sys.argv[2]), sys.argv[3] or None
from runner.ledger.signing import Signer
from runner.settings import Settings
from runner.verification import chain
from runner.verification.findings import Findings
from runner.verification.verify import verify
began, used = time.perf_counter(), time.process_time()
if what in ("chain", "signatures"):
    findings, verifier = Findings(), Signer.read(key, output).verifier if key else None
    chain.check(output / "ledger.jsonl", verifier, {}, findings, quick=what == "chain")
    damages = findings.damages
else:
    places = Settings(checkout=output, output=output, database_url=f"sqlite:///{output}/none.db", ledger_key=key)
    damages = verify(places, quick=what == "quick").findings.damages
seconds = time.perf_counter() - began
assert not damages, damages[:3]
print(json.dumps([seconds, time.process_time() - used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""
WORDS = {
    "chain": "the chain alone, with the last signature",
    "signatures": "the chain alone, with every signature",
    "quick": "chain and manifests (`--quick`)",
    "all": "chain, every signature, manifests and all files",
}


def build(output: Path, runs: int) -> int:
    """An archive of so many runs, without its ledger; the bytes of the manifests."""
    chance, size, manifests = random.Random(1), TOTAL_BYTES // runs // FILES, 0
    for number in range(runs):
        folder = output / "monthly" / run_id(number)
        (folder / "tables").mkdir(parents=True)
        files = []
        for file in range(FILES):
            content, name = chance.randbytes(size), f"tables/{file}.parquet"
            (folder / name).write_bytes(content)
            files.append(FileRecord(name, size, hashlib.sha256(content).hexdigest()))
        content = manifest(folder, files)
        (folder / "run.json").write_bytes(content)
        manifests += len(content)
    return manifests


def manifest(folder: Path, files: list[FileRecord]) -> bytes:
    """A manifest with as many steps and cells as that of a monthly run."""
    from_step = [files[at::STEPS] for at in range(STEPS)]
    told = {"value": "a value", "from": "default"}
    steps = [
        a_step(
            f"step-{at}",
            status=Status.SUCCEEDED,
            files=tuple(own),
            parameters={f"name_{one}": told for one in range(15)},
        )
        for at, own in enumerate(from_step)
    ]
    record = a_record(*steps, run_id=folder.name, pipeline="monthly")
    content = json.loads(dataclasses.replace(record, status=Status.SUCCEEDED, files=()).to_json(Redactor()))
    for step in content["steps"]:
        step["cells"] = [
            {"number": one, "id": f"cell-{one}", "status": "succeeded", "seconds": 0.5} for one in range(CELLS)
        ]
    return (json.dumps(content, indent=1) + "\n").encode()


def run_id(number: int) -> str:
    """A run id that sorts by number."""
    return str(UUID(int=(0x019A00000000 + number) << 80 | 7 << 76 | 2 << 62 | number))


def write_ledger(output: Path, runs: int, signer: Signer | None) -> int:
    """The ledger of the archive, in one go: one line that opens it, two for each run; its bytes."""
    previous, number, began = NOTHING, 0, datetime(2026, 1, 1, tzinfo=UTC)
    with (output / "ledger.jsonl").open("wb") as file:
        for event, run, digest in _events(output, runs):
            number += 1
            line = Line(
                number=number,
                at=began + timedelta(minutes=number),
                event=event,
                ledger="a-ledger",
                pipeline="monthly" if run else None,
                run_id=run,
                digest=digest,
                who="cron@shop-1",
                facts={"status": "succeeded"} if digest else {},
                previous=previous,
            )
            if signer is not None:
                line = dataclasses.replace(line, signature=signer.sign(line.signed))
            file.write(line.text + b"\n")
            previous = line.sha256
        return file.tell()


def _events(output: Path, runs: int) -> Iterator[tuple[Event, str | None, str | None]]:
    yield Event.OPENED, None, None
    for number in range(runs):
        run = run_id(number)
        yield Event.STARTED, run, None
        content = (output / "monthly" / run / "run.json").read_bytes()
        yield Event.FINISHED, run, hashlib.sha256(content).hexdigest()


def measured(what: str, output: Path, key: str | None) -> tuple[float, float, int]:
    """Seconds and processor seconds (the best of some), and the highest resident memory, of a process of its own."""
    command = [sys.executable, "-c", MEASURE, what, str(output), key or ""]
    done = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(REPEATS)]
    seconds, used, memory = zip(*done, strict=True)
    return min(seconds), min(used), max(memory)


def report(runs: int) -> Iterator[str]:
    """The whole page."""
    yield "# Verifying an archive\n"
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    day = datetime.now(UTC).date().isoformat()
    yield (
        f"`python -m benchmarks.verify {runs}` on {os.cpu_count()} cores, {system}, cryptography "
        f"{version('cryptography')}, {day}. Best of {REPEATS}, each in a process of its own, files in the page cache; "
        f"others kept {os.getloadavg()[1]:.1f} processors busy. Every figure is computed by the script.\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        if shutil.disk_usage(output).free < 2 * TOTAL_BYTES:
            raise SystemExit(f"{output} has no room for {TOTAL_BYTES:,} bytes; set TMPDIR to a folder that has")
        manifests = build(output, runs)
        size = write_ledger(output, runs, None)
        yield (
            f"{runs:,} runs with {runs * FILES:,} files of {TOTAL_BYTES / 1e9:.2f} GB, manifests of "
            f"{manifests / 1e6:.0f} MB, {2 * runs + 1:,} lines of the ledger ({size / 1e6:.1f} MB).\n"
        )
        yield (
            "| what | unsigned: seconds | of a processor | memory | signed: seconds | of a processor | memory |\n"
            "|---|---:|---:|---:|---:|---:|---:|"
        )
        plain = {what: measured(what, output, None) for what in WORDS}
        write_ledger(output, runs, Signer.read(KEY, output))
        signed = {what: measured(what, output, KEY) for what in WORDS}
        for what, words in WORDS.items():
            found = (plain[what], signed[what])
            cells = [f"{seconds:.2f} | {used:.2f} | {memory / 1e6:.0f} MB" for seconds, used, memory in found]
            yield f"| {words} | {' | '.join(cells)} |"


def main(runs: int) -> None:
    """Write the page, and say it."""
    text = "\n".join(report(runs)) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
