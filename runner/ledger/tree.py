"""The Merkle tree over the lines of a ledger (RFC 9162): one digest for any number of lines, and short proofs.

A leaf is the text of a line. Digests come and go as hexadecimal digits, as they do everywhere in this project.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256().hexdigest()
"""The root over no lines."""


class Roots:
    """The roots over the first lines, as one line after the other is added; a few digests are kept, no lines."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        """The roots of the full trees that the lines make up, the largest first."""

    def add(self, leaf: bytes) -> None:
        """Add a line."""
        digest, number = _leaf(leaf), self.size
        while number & 1:
            digest, number = _node(self._peaks.pop(), digest), number >> 1
        self._peaks.append(digest)
        self.size += 1

    @property
    def root(self) -> str:
        """The root over all lines so far."""
        if not self._peaks:
            return EMPTY
        digest = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            digest = _node(peak, digest)
        return digest.hex()


def root(leaves: Iterable[bytes]) -> str:
    """The root over the lines."""
    roots = Roots()
    for leaf in leaves:
        roots.add(leaf)
    return roots.root


def roots_at(leaves: Iterable[bytes], sizes: Iterable[int]) -> dict[int, str]:
    """The root over the first lines, for each size that there are enough lines for; in one pass."""
    wanted, roots = set(sizes), Roots()
    found = {0: EMPTY} if 0 in wanted else {}
    for leaf in leaves:
        roots.add(leaf)
        if roots.size in wanted:
            found[roots.size] = roots.root
    return found


def inclusion(leaves: Iterable[bytes], index: int) -> list[str]:
    """The path from the line at `index` (from 0) to the root over all lines."""
    digests = [_leaf(leaf) for leaf in leaves]
    if not 0 <= index < len(digests):
        raise ValueError(f"of {len(digests)} lines there is none at {index}")
    return [digest.hex() for digest in _path(digests, index)]


def root_from(leaf: bytes, index: int, size: int, path: Sequence[str]) -> str:
    """The root over `size` lines that a line at `index` and its path lead to, or a `ValueError`."""
    if not 0 <= index < size:
        raise ValueError(f"of {size} lines there is none at {index}")
    digest, number, last = _leaf(leaf), index, size - 1
    for sibling in map(bytes.fromhex, path):
        if last == 0:
            raise ValueError("the path is too long")
        if number & 1 or number == last:
            digest = _node(sibling, digest)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            digest = _node(digest, sibling)
        number, last = number >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return digest.hex()


def consistency(leaves: Iterable[bytes], first: int) -> list[str]:
    """The proof that the first lines are the beginning of all lines."""
    digests = [_leaf(leaf) for leaf in leaves]
    if not 0 < first <= len(digests):
        raise ValueError(f"{len(digests)} lines have no beginning of {first}")
    return [digest.hex() for digest in _beginning(digests, first, whole=True)]


def consistent(first: int, first_root: str, size: int, root: str, proof: Sequence[str]) -> bool:
    """Whether the proof shows that the lines under `first_root` are the beginning of those under `root`."""
    if not 0 < first <= size:
        return False
    if first == size:
        return first_root == root and not proof
    path = [bytes.fromhex(digest) for digest in proof]
    if first & (first - 1) == 0:
        path.insert(0, bytes.fromhex(first_root))
    if not path:
        return False
    number, last = first - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = path[0]
    for digest in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = _node(digest, old), _node(digest, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = _node(new, digest)
        number, last = number >> 1, last >> 1
    return last == 0 and old.hex() == first_root and new.hex() == root


def _leaf(text: bytes) -> bytes:
    # The mark in front keeps a line from passing for a node, and a node for a line.
    return hashlib.sha256(b"\0" + text).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below the size: so many leaves stand on the left."""
    return 1 << (size - 1).bit_length() - 1


def _root(digests: Sequence[bytes]) -> bytes:
    while len(digests) > 1:
        pairs = [_node(left, right) for left, right in zip(digests[::2], digests[1::2], strict=False)]
        digests = [*pairs, *digests[len(pairs) * 2 :]]
    return digests[0]


def _path(digests: Sequence[bytes], index: int) -> list[bytes]:
    if len(digests) == 1:
        return []
    at = _split(len(digests))
    left, right = digests[:at], digests[at:]
    if index < at:
        return [*_path(left, index), _root(right)]
    return [*_path(right, index - at), _root(left)]


def _beginning(digests: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    """RFC 9162, section 2.1.4.1; `whole` says that the first lines' root is known to whoever reads the proof."""
    if first == len(digests):
        return [] if whole else [_root(digests)]
    at = _split(len(digests))
    left, right = digests[:at], digests[at:]
    if first <= at:
        return [*_beginning(left, first, whole=whole), _root(right)]
    return [*_beginning(right, first - at, whole=False), _root(left)]
