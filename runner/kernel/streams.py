"""What a cell prints: joined as it comes, without lines that a carriage return overwrites, and cut when asked for."""

from __future__ import annotations

from runner.kernel.messages import size

JOIN_AFTER = 4096
"""So many chunks become one, so that a flood of single characters takes no more memory than its text."""


class Stream:
    """One run of text on stdout or stderr."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        """About how many bytes of a copy the text takes."""
        self.dropped = 0
        """How many of them were cut off at its front."""
        self._lines: list[str] = []
        self._open: list[str] = []
        """The last line, as long as it has no end: what a carriage return overwrites."""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join([*self._lines, *self._open])

    def add(self, text: str) -> None:
        """Take in more text."""
        if not text:
            return
        self._overwrite(text)
        if "\r" in text:
            text = "\n".join(map(_last_written, text.split("\n")))
        self.size += size(text)
        ended = text.rfind("\n") + 1
        if ended:
            self._lines += [*self._open, text[:ended]]
            self._open = []
        if ended < len(text):
            self._open.append(text[ended:])
        for chunks in (self._lines, self._open):
            if len(chunks) > JOIN_AFTER:
                chunks[:] = ["".join(chunks)]

    def _overwrite(self, text: str) -> None:
        """Forget the open line where the text begins with its successor, as a progress bar's does."""
        if not self._open:
            return
        returned = self._open[-1].endswith("\r") and not text.startswith("\n")
        if returned or "\r" in text.partition("\n")[0][:-1]:
            self.size -= sum(map(size, self._open))
            self._open = []

    def keep_last(self, characters: int) -> None:
        """Cut off the front."""
        text = self.text[-characters:] if characters else ""
        kept = size(text)
        self.dropped += self.size - kept
        self.size = kept
        ended = text.rfind("\n") + 1
        self._lines, self._open = [text[:ended]], [text[ended:]]


def _last_written(line: str) -> str:
    """What a line shows once its carriage returns were obeyed; one at its end waits for what comes."""
    return line[line.rfind("\r", 0, max(len(line) - 1, 0)) + 1 :]
