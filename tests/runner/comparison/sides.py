"""Run folders written by hand, so that a test says in a few lines what a run left."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from runner.comparison.side import Side
from runner.records import archive

IDS = ("01a201a4-a552-76d7-9315-0c8d3f29f215", "01a201a8-b57d-7985-b521-ad3b69dfbb90")
Cell = Mapping[str, Any]


def side(place: Path, *steps: Mapping[str, Any], later: bool = False, **facts: Any) -> Side:
    """A run of these steps below a folder; the later one of two has another id, host clock and folder."""
    run_id = IDS[later]
    folder = place / facts.get("pipeline", "small") / run_id
    folder.mkdir(parents=True, exist_ok=True)
    written = [_written(folder, one) for one in steps]
    manifest = {
        "format": 3,
        "run_id": run_id,
        "pipeline": "small",
        "title": "Small",
        "logical_date": "2026-11-15",
        "started": f"2026-11-1{5 + later}T04:00:00+00:00",
        "finished": f"2026-11-1{5 + later}T04:05:00+00:00",
        "seconds": 300.0 + later,
        "status": "succeeded",
        "reason": None,
        "command": "runner run small",
        "pipeline_file": {"path": "/srv/shop/notebooks/small.yml", "sha256": "0" * 64},
        "provenance": {"python": "3.11.7", "host": "one", "user": "ada", "git": {"commit": None, "dirty": None}},
        "policy": {},
        "inputs": [],
        "files": [],
        "identity": None,
        "parent": None,
        "fence": None,
        **facts,
        "steps": written,
    }
    (folder / archive.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return Side(folder, manifest)


def sides(place: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Side, Side]:
    """Two runs of one step each."""
    return side(place, before), side(place, after, later=True)


def step(name: str = "eda", cells: Sequence[Cell] | None = (), **facts: Any) -> dict[str, Any]:
    """A step; `cells` are those of its executed copy, None for no copy; `tables` are the rows that it published."""
    return {
        "name": name,
        "base": name,
        "notebook": f"{name}.ipynb",
        "copy": f"{name}.ipynb",
        "status": "succeeded",
        "reason": None,
        "seconds": 1.0,
        "peak_memory_bytes": 2**20,
        "parameters": {},
        "metrics": [],
        "files": [],
        "publications": [],
        "content": None,
        "cached_from": None,
        "cells": [],
        "attempts": [],
        "stopped_at": None,
        "overridden": [],
        "why": None,
        "item": {},
        "copy_cells": cells,
        **facts,
    }


def given(**values: object) -> dict[str, dict[str, object]]:
    """Parameters with these values, all defaults."""
    return {name: {"value": value, "from": "default"} for name, value in values.items()}


def metrics(**values: object) -> list[dict[str, object]]:
    """Metrics with these values."""
    return [{"name": name, "value": value, "unit": ""} for name, value in values.items()]


def code(source: str | list[str], *outputs: Mapping[str, Any], **facts: Any) -> dict[str, Any]:
    """A code cell of an executed copy."""
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": list(outputs), **facts}


def markdown(source: str, **facts: Any) -> dict[str, Any]:
    """A cell of prose."""
    return {"cell_type": "markdown", "source": source, "metadata": {}, **facts}


def printed(text: str, stream: str = "stdout") -> dict[str, Any]:
    """What a cell wrote to a stream."""
    return {"output_type": "stream", "name": stream, "text": text}


def shown(**data: object) -> dict[str, Any]:
    """What a cell displayed; `text_html` is the kind `text/html`."""
    return {"output_type": "display_data", "metadata": {}, "data": {k.replace("_", "/", 1): v for k, v in data.items()}}


def picture(image: Image.Image) -> dict[str, Any]:
    """A picture that a cell displayed."""
    return shown(image_png=png(image), text_plain="<Figure>")


def png(image: Image.Image, **options: Any) -> str:
    """A picture in base64."""
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return base64.b64encode(file.getvalue()).decode()


def frame(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as pandas shows it, with labels in the first column."""
    head = "".join(f"<th>{name}</th>" for name in ("", *columns))
    body = "".join(
        f"<tr><th>{label}</th>{''.join(f'<td>{value}</td>' for value in values)}</tr>" for label, *values in rows
    )
    return f"<style>th {{}}</style><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _written(folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """The step as its manifest tells it, with its copy and its tables on the disk."""
    found = {name: value for name, value in told.items() if name not in ("copy_cells", "tables")}
    if told["copy_cells"] is not None:
        content = {"cells": list(told["copy_cells"]), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / told["copy"]).write_text(json.dumps(content), encoding="utf-8")
    if tables := told.get("tables"):
        asked = [_published(folder, name, columns) for name, columns in tables.items()]
        found["publications"] = [{"status": "delivered", "asked": {"tables": asked}}]
    return found


def _published(folder: Path, name: str, columns: Mapping[str, Sequence[object]]) -> dict[str, Any]:
    path = folder / "results" / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    table = pa.table(dict(columns))
    pq.write_table(table, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"name": name, "file": f"results/{name}.parquet", "rows": table.num_rows, "sha256": digest}
