"""Receipts: what became of a publication, as a reader of the executed notebook sees it."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HEADINGS = ("what", "where", "SHA-256", "size")
Line = tuple[str, str, str, str]


@dataclass(frozen=True)
class Receipt:
    """What became of a publication. A notebook shows it as a small table."""

    status: str
    """delivered, pending (the runner delivers it by itself), or shown (by hand: nothing was delivered)."""
    reason: str | None
    lines: tuple[Line, ...]
    """What, where, digest and how much, one line per file and per table."""

    @property
    def title(self) -> str:
        """The status in a sentence."""
        sentences = {
            "delivered": "Delivered.",
            "pending": f"Delivery is pending and follows by itself: {self.reason}",
            "shown": "Run by hand: this would be delivered by the runner; nothing was.",
        }
        return sentences[self.status]

    def __repr__(self) -> str:
        rows = [HEADINGS, *self.lines]
        widths = [max(len(row[place]) for row in rows) for place in range(4)]
        text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([self.title, *text])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in HEADINGS)
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line)}</tr>" for line in self.lines)
        return f"<p>{html.escape(self.title)}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def planned(request: Mapping[str, Any]) -> tuple[Line, ...]:
    """A line per table and file of a request that is not delivered, or not yet."""
    tables = [(entry["name"], "table", entry["sha256"][:12], f"{entry['rows']:,} rows") for entry in request["tables"]]
    files = [(entry["file"], "archive", entry["sha256"][:12], _size(entry["bytes"])) for entry in request["artifacts"]]
    return (*tables, *files)


def delivered(answer: Mapping[str, Any], request: Mapping[str, Any]) -> tuple[Line, ...]:
    """A line per table and object of the runner's answer to a request."""
    digests = {entry["name"]: entry["sha256"][:12] for entry in request["tables"]}
    tables = [
        (entry["name"], entry["place"], digests[entry["name"]], f"{entry['rows']:,} rows") for entry in answer["tables"]
    ]
    files = [(entry["file"], _where(entry), entry["sha256"][:12], _size(entry["bytes"])) for entry in answer["objects"]]
    return (*tables, *files)


def _where(entry: Mapping[str, Any]) -> str:
    """The object's address with its version; a file that stayed in place has no other address than the run's folder."""
    if str(entry["uri"]).startswith("file:"):
        return "kept in the run's folder"
    return f"{entry['uri']} (version {entry['version']})" if entry["version"] else str(entry["uri"])


def _size(count: int) -> str:
    if count < 10_000:
        return f"{count:,} bytes"
    return f"{count / 1e3:,.0f} kB" if count < 1e6 else f"{count / 1e6:,.1f} MB"
