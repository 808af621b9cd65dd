"""Secrets in texts, values, bytes and files."""

from __future__ import annotations

import base64
import gzip
import html
import json
import pprint
import shlex
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.secrecy.redaction import REDACTED, Redactor, files_holding

DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 behind one": lambda text: base64.b64encode(b"a" + text.encode() + b"z").decode(),
    "base64 behind two": lambda text: base64.b64encode(b"ab" + text.encode() + b"yz").decode().rstrip("="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(b"?" + text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(bytes(50) + text.encode() + bytes(50)).decode(),
    "base64 in escaped lines": lambda text: repr(base64.encodebytes(bytes(51) + text.encode() + bytes(50))),
    "base64 in pieces": lambda text: pprint.pformat(base64.b64encode(bytes(52) + text.encode() + bytes(9)), width=30),
    "URL": lambda text: quote(text, safe=""),
    "URL path": quote,
    "form": quote_plus,
    "hexadecimal": lambda text: text.encode().hex(),
    "capital hexadecimal": lambda text: text.encode().hex().upper(),
    "pairs": lambda text: text.encode().hex(":"),
    "dump": lambda text: text.encode().hex(" "),
    "JSON": lambda text: json.dumps({"it": text}),
    "JSON as text": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "repr": repr,
    "repr with quotes": lambda text: repr("'\"" + text),
    "ASCII": ascii,
    "bytes": lambda text: repr(text.encode()),
    "shell": shlex.quote,
    "HTML": html.escape,
    "colours": lambda text: "\x1b[31m".join(text),
    "\\u escapes": lambda text: "".join(
        f"\\u{text.encode('utf-16-be').hex()[place : place + 4]}"
        for place in range(0, 2 * len(text.encode("utf-16-be")), 4)
    ),
}
SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=5, max_size=40).filter(
    lambda text: len(set(text)) > 3 and text not in REDACTED and text.strip() == text
)


@pytest.mark.parametrize("disguise", DISGUISES)
@given(secret=SECRETS)
@settings(max_examples=40, deadline=None)
def test_a_secret_is_found_in_every_disguise(disguise: str, secret: str) -> None:
    """Whatever its characters, no disguise of a secret is left, and the bytes are known to hold it."""
    told = DISGUISES[disguise](secret)
    redactor = Redactor.of([secret])
    found = redactor.text(f"<<{told}>>")
    assert REDACTED in found
    assert told not in found
    assert redactor.holds(f"<<{told}>>".encode())
    assert not redactor.holds(found.encode()) or secret in "<<>>" + REDACTED


@given(text=st.text(max_size=300), secret=SECRETS)
@settings(max_examples=200, deadline=None)
def test_other_texts_stay_as_they_are(text: str, secret: str) -> None:
    """What holds no secret is returned unchanged, half characters and all."""
    if not any(letter in text for letter in secret):
        assert Redactor.of([secret]).text(text + "\ud800") == text + "\ud800"


@pytest.mark.parametrize("place", [2**18 - 5, 2**18, 2**18 + 600, 2**19 - 1])
def test_a_secret_across_two_blocks_is_found(place: int) -> None:
    """A long text is searched in blocks, and no border hides a secret."""
    text = "." * place + "hunter2hunter3" + "." * 2**18
    assert Redactor.of(["hunter2hunter3"]).text(text) == "." * place + REDACTED + "." * 2**18


def test_the_longer_of_two_secrets_counts() -> None:
    """Secrets within each other or beside each other leave one mark."""
    redactor = Redactor.of(["abcd", "abcdef", "efgh"])
    assert redactor.text("1 abcdef 2 abcd 3 abcdefgh 4") == f"1 {REDACTED} 2 {REDACTED} 3 {REDACTED} 4"


@pytest.mark.parametrize("place", range(0, 20, 3))
def test_the_end_of_a_text_holds_no_part_of_a_secret(place: int) -> None:
    """Wherever the cut goes through."""
    content = b"." * 5000 + b"hunter2hunter3" + b"." * (1000 - place)
    told = Redactor.of(["hunter2hunter3"]).end_of(content, 1000)
    assert not set(told) & set("hun23")
    assert Redactor.of(["hunter2hunter3"]).end_of(b"so hunter2hunter3", 1000) == f"so {REDACTED}"
    assert Redactor().end_of(content, 1000) == content[-1000:].decode()


def test_short_texts_are_no_secrets() -> None:
    """Three characters stand in too many words; and the mark itself is never marked again."""
    redactor = Redactor.of(["abc", "", "redacted", "acte"])
    assert redactor.text("abc [redacted] abc") == "abc [redacted] abc"
    assert redactor.secrets == ()


def test_trees_are_redacted_with_their_keys() -> None:
    """Every text in a value, whatever else stands there."""
    value = {"a": ["hunter22", 1, None, ("x hunter22", 2.5)], "hunter22": {"b": True}}
    told = Redactor.of(["hunter22"]).tree(value)
    assert told == {"a": [REDACTED, 1, None, (f"x {REDACTED}", 2.5)], REDACTED: {"b": True}}
    assert Redactor().tree(value) is value


def test_files_are_searched_as_they_are_and_unpacked(tmp_path: Path) -> None:
    """Plain, packed, in UTF-16, in a table, across a border of what is read at once, or in the name."""
    secret = "hunter2hunter3"
    (tmp_path / "plain.txt").write_text("nothing here")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "border.bin").write_bytes(b"\xff" * (4 * 2**20 - 4) + secret.encode() + b"\xff" * 100)
    (tmp_path / "name-hunter2hunter3.txt").write_text("")
    (tmp_path / "packed.gz").write_bytes(gzip.compress(base64.b64encode(secret.encode())))
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", f"<v>{secret}</v>")
    (tmp_path / "wide.txt").write_text(secret, encoding="utf-16")
    pq.write_table(pa.table({"word": ["a", "b", secret] * 100}), tmp_path / "table.parquet", compression="zstd")
    pq.write_table(pa.table({"words": [["a", secret]]}), tmp_path / "lists.parquet", compression="zstd")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 nothing")
    found = {path.name for path in files_holding(tmp_path, Redactor.of([secret]))}
    assert found == {
        "border.bin", "name-hunter2hunter3.txt", "packed.gz", "book.xlsx", "wide.txt", "table.parquet", "lists.parquet",
    }  # fmt: skip
    assert files_holding([tmp_path / "plain.txt", tmp_path / "wide.txt"], Redactor.of([secret])) == [
        tmp_path / "wide.txt"
    ]
    assert files_holding(tmp_path, Redactor()) == []


def test_a_long_text_is_searched_in_linear_time() -> None:
    """Ten times the text takes no more than about ten times as long, found or not."""
    redactor = Redactor.of(["hunter2hunter3", "wJalrXUtnFEMI/K7MDENG"])

    def seconds(lines: int) -> float:
        text = "row 1: hunter2hunter3 and the total of \x1b[31mcustomer\x1b[0m is 3.5\n" * lines
        begun = time.perf_counter()
        assert redactor.text(text).count(REDACTED) == lines
        return time.perf_counter() - begun

    seconds(100)
    assert seconds(20_000) < 40 * max(seconds(2_000), 0.005)
