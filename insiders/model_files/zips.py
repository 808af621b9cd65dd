"""ZIP files read with suspicion: the directory first, then no more than it promised."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping

from insiders.errors import ModelError

MOST_BYTES = 64 << 20
"""So much all members may hold together, unpacked."""
MOST_DIRECTORY = 1 << 20
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member: equal contents give equal files."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_END = struct.Struct("<4s4H2LH")
_WIDE = b"PK\x06\x07"
_HOW = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpacked(content: bytes) -> dict[str, bytes]:
    """The members by name; a `ModelError` where the file is no plain ZIP file, or would unpack to too much."""
    _check_end(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
            _check_members(found)
            return {one.filename: _content(archive, one) for one in found}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as fault:
        raise ModelError(f"is no whole ZIP file: {fault}") from fault


def packed(members: Mapping[str, bytes]) -> bytes:
    """A ZIP file of the members, in their order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return target.getvalue()


def _content(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    """The bytes of a member. Asked for all there is, Python would unpack more than the directory promised."""
    with archive.open(one) as member:
        return member.read(one.file_size)


def _check_end(content: bytes) -> None:
    """Python reads the whole directory into memory, so its size is looked at before."""
    end = content[-_END.size :]
    if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
        raise ModelError("does not end as a ZIP file does")
    *_, size, _, comment = _END.unpack(end)
    if comment or content[-_END.size - 20 :].startswith(_WIDE) or size > MOST_DIRECTORY:
        raise ModelError("has a directory larger than that of any model")


def _check_members(found: list[zipfile.ZipInfo]) -> None:
    names = [one.filename for one in found]
    if odd := [name for name in names if not _NAME.fullmatch(name)]:
        raise ModelError(f"has a member with the name {odd[0]!r}")
    if len(set(names)) < len(names):
        raise ModelError("has two members of one name")
    if any(one.compress_type not in _HOW or one.flag_bits & 1 for one in found):
        raise ModelError("is packed in a way that no model is")
    total = sum(one.file_size for one in found)
    if total > MOST_BYTES:
        raise ModelError(f"would unpack to {total:,} bytes, more than {MOST_BYTES:,}")
