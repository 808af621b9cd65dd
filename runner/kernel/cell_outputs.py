"""The outputs of one cell: all of them up to what the step may keep, beyond that the first and the last of them.

Errors and metrics are kept in any case; what was left out is said where it was. Every text is free of secrets when it
leaves here, and where a text was cut, what may be a part of a secret is cut off too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import nbformat

from runner import wording
from runner.kernel.messages import METADATA_BYTES, Node, shortened, size
from runner.kernel.streams import Stream
from runner.reading.marks import METRIC
from runner.secrecy.redaction import Redactor

EDGE_BYTES = 64 * 1024
"""So much of a cell's first and of its last output is kept when the allowance is spent."""
ALWAYS_BYTES = 2**20
"""So much of errors and metrics is kept beyond the allowance; nobody reads more of them."""
CUT = "output_cut_bytes"
"""The field that tells how much was left out, in the metadata of a cell and of the note."""


class Shown:
    """A display, a result or an error, as it stands in the copy."""

    def __init__(self, node: Node, name: str | None = None) -> None:
        self.node = nbformat.from_dict(node)
        self.name = name
        """What later messages call it, where they may replace it."""
        self.size = METADATA_BYTES + size(node)

    @property
    def always(self) -> bool:
        """Whether it is kept whatever the allowance."""
        return self.node["output_type"] == "error" or METRIC in self.node.get("data", {})


class CellOutputs:
    """Takes in what one cell prints and shows, and says what of it stands in the copy."""

    def __init__(self, allowance: int, limit: int, redactor: Redactor, forget: Callable[[Shown], object]) -> None:
        self._allowance, self._limit = max(allowance, EDGE_BYTES), limit
        self._redactor, self._forget = redactor, forget
        self._begin()

    def clear(self) -> None:
        """Begin anew, as a cell asks for with `clear_output`."""
        for item in (*self._first, *self._always, *self._last):
            if isinstance(item, Shown):
                self._forget(item)
        self._begin()

    def _begin(self) -> None:
        self._left = self._allowance
        self._cut = 0
        self._flooded = False
        self._first: list[Stream | Shown] = []
        self._always: list[Shown] = []
        self._last: deque[Stream | Shown] = deque()
        self._run: dict[str, Stream] = {}
        self._broken: dict[str, Stream] = {}
        self._parts: list[tuple[Stream, Stream]] = []
        """Streams of which the beginning stands in the first part, with their ends in the last part."""

    @property
    def used(self) -> int:
        """How many bytes of the allowance are used up."""
        return self._allowance - self._left

    @property
    def cut(self) -> int:
        """How many bytes were left out."""
        return self._cut + sum(item.dropped for item in self._last if isinstance(item, Stream))

    def print(self, name: str, text: str) -> None:
        """Take in text on a stream."""
        taken = 0
        if not self._flooded:
            bytes_ = size(text)
            taken = len(text) if bytes_ <= self._left else max(self._left, 0) * len(text) // bytes_
            stream = self._stream(name, self._first)
            before = stream.size
            stream.add(text[:taken])
            self._left -= stream.size - before
            if taken < len(text):
                self._flooded, self._broken, self._run = True, self._run, {}
        if taken < len(text):
            stream = self._stream(name, self._last)
            stream.add(text[taken:])
            if stream.size > 2 * EDGE_BYTES:
                stream.keep_last(EDGE_BYTES)
            self._evict()

    def show(self, node: Node, name: str | None = None) -> Shown:
        """Take in a display, a result or an error."""
        self._run, self._broken = {}, {}
        shown = Shown(self._fitting(node, max(self._left, EDGE_BYTES)), name)
        self._flooded = self._flooded or shown.size > self._left
        if self._flooded:
            self._last.append(shown)
            self._evict()
        else:
            self._first.append(shown)
            self._left -= shown.size
        return shown

    def update(self, shown: Shown, node: Node) -> None:
        """Replace what a display shows."""
        new = Shown(self._fitting(node, self._left + shown.size))
        self._left -= new.size - shown.size
        shown.size = new.size
        shown.node.update(data=new.node["data"], metadata=new.node["metadata"])

    def nodes(self, *, growing: bool) -> list[nbformat.NotebookNode]:
        """The outputs as they stand in the copy; of a stream that still grows, without what may become a secret."""
        whole = self.cut == 0
        beginnings = {id(beginning): end for beginning, end in self._parts}
        ends = {id(end) for _, end in self._parts}
        growing_streams = {id(stream) for stream in self._run.values()} if growing else set()
        found = []
        for item in [*self._first, *self._note(), *self._always, *self._last]:
            if isinstance(item, Shown):
                found.append(item.node)
            elif not (whole and id(item) in ends):
                end = beginnings.get(id(item))
                text = self._redactor.text(item.text + (end.text if whole and end else ""))
                cut_front = not whole and (item.dropped > 0 or id(item) in ends)
                cut_back = (not whole and end is not None) or id(end if whole and end else item) in growing_streams
                text = text[self._redactor.reach :] if cut_front else text
                text = text[: max(len(text) - self._redactor.reach, 0)] if cut_back else text
                found.append(nbformat.from_dict({"output_type": "stream", "name": item.name, "text": text}))
        return found

    def _stream(self, name: str, place: list[Stream | Shown] | deque[Stream | Shown]) -> Stream:
        """The stream of that name that grows now; stdout stands before the stderr of the same run, as in nbclient."""
        if name in self._run:
            return self._run[name]
        stream = Stream(name)
        place.insert(len(place) - (name == "stdout" and bool(self._run)), stream)
        if place is self._first:
            self._left -= METADATA_BYTES
        elif name in self._broken:
            self._parts.append((self._broken.pop(name), stream))
        self._run[name] = stream
        return stream

    def _evict(self) -> None:
        """Let go of the oldest of the last outputs while those behind it are enough."""
        behind = sum(item.size for item in self._last)
        while self._last and self._last[0] not in self._run.values() and behind - self._last[0].size >= EDGE_BYTES:
            item = self._last.popleft()
            behind -= item.size
            if isinstance(item, Stream):
                self._cut += item.size + item.dropped
            elif item.always and sum(kept.size for kept in self._always) + item.size <= ALWAYS_BYTES:
                self._always.append(item)
            else:
                self._cut += item.size
                self._forget(item)

    def _fitting(self, node: Node, room: int) -> Node:
        """An output without secrets, or what says that it was too big."""
        if node["output_type"] == "error":
            # It is never too big, and never left out.
            return shortened(self._redactor.tree(node), EDGE_BYTES)
        bytes_ = METADATA_BYTES + size(node)
        if bytes_ <= room:
            return self._redactor.tree(node)
        self._cut += bytes_
        return {**node, **self._told(f"a display of {wording.memory(bytes_)} was left out", bytes_)}

    def _note(self) -> Iterator[Shown]:
        if self._flooded and self.cut:
            told = self._told(f"{wording.memory(self.cut)} cut here", self.cut)
            yield Shown({"output_type": "display_data", **told})

    def _told(self, what: str, bytes_: int) -> Node:
        line = f"… {what}: the limit of this step is {wording.memory(self._limit)} (`output_limit_mb`) …"
        return {
            "data": {"text/plain": line, "text/markdown": f"**{line}**"},
            "metadata": {"papermill": {CUT: bytes_}},
        }
