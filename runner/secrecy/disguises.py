"""The forms in which a secret may be met in what a program prints: encoded, escaped, broken by line ends or colours."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, quote_plus

GAP = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|['\"][ \t]*\r?\n[ \t]*b?['\"]|\r?\n[ \t]*|(?:\\r)?\\n|\x00")
"""What may stand between two characters of a secret: colours, line ends, escaped ones too, and halves of a literal."""
_LETTERED_GAP = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|['\"][ \t]*\r?\n[ \t]*b['\"]|(?:\\r)?\\n")
_LETTERED_MARKS = (b"\x1b", b"\\n", b"b'", b'b"')
_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_DELETED = b" \t\r\n:,-%\\'\"\x00"
_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits
_ALPHABETS = (_BASE64 + "+/", _BASE64 + "-_")
_RUN = re.compile(r"[A-Za-z0-9]{4,}")


@dataclass(frozen=True)
class Form:
    """One form of a secret: a text, and of base64 also which characters, holding bits of it, stand beside that text."""

    text: str
    before: str = ""
    after: str = ""

    @property
    def tight(self) -> Form:
        """The form as it reads in a text from which the gaps were taken out."""
        return Form(GAP.sub("", self.text), self.before, self.after)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the form stands in a text."""
        start = text.find(self.text)
        while start >= 0:
            end = start + len(self.text)
            left, right = start - bool(self.before), end + bool(self.after)
            if (not self.before or (left >= 0 and text[left] in self.before)) and (
                not self.after or text[end:right] in set(self.after)
            ):
                yield left, right
            start = text.find(self.text, start + 1)


@dataclass(frozen=True)
class Secret:
    """A secret text, with its forms."""

    text: str

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Every form, the secret itself first."""
        content = self.text.encode("utf-8", "surrogatepass")
        escaped = [self.text, *_escaped(self.text)]
        again = [text.replace("\\", "\\\\").replace("'", "\\'") for text in escaped]
        return (*map(Form, dict.fromkeys([*escaped, *again, *_encoded(content)])), *_in_base64(content))

    @cached_property
    def needles(self) -> dict[bytes, list[Form]]:
        """Short texts, one of which stands in the squeezed view of what holds the secret, with their forms."""
        found: dict[bytes, list[Form]] = {}
        for form in self.forms:
            for text in {form.text, form.tight.text}:
                whole = squeeze(text.encode("utf-8", "surrogatepass"))
                runs = _RUN.findall(text)
                shortest = squeeze(max(runs, key=len).encode()) if runs else whole
                needle = next((needle for needle in found if needle in whole), shortest)
                found.setdefault(needle, []).append(form)
        return found

    @property
    def reach(self) -> int:
        """How far a form reaches in a text, with room for gaps."""
        return 2 * max(len(form.text) for form in self.forms) + 64


def squeeze(content: bytes) -> bytes:
    """Content in lower case, without white space and the marks that separate digits."""
    return content.translate(_LOWER, _DELETED)


def views(content: bytes) -> Iterator[bytes]:
    """Content squeezed, and again without its gaps where those have letters that squeezing leaves."""
    yield squeeze(content)
    if any(mark in content for mark in _LETTERED_MARKS):
        yield squeeze(_LETTERED_GAP.sub(b"", content))


def _escaped(text: str) -> Iterator[str]:
    """The text as literals of JSON, Python, HTML, URLs and shells hold it."""
    for in_json in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield in_json
        yield in_json.replace("/", "\\/")
        yield json.dumps(in_json)[1:-1]
        yield repr(in_json)[1:-1]
        yield re.sub("[<>&']", lambda found: f"\\u{ord(found[0]):04x}", in_json)
    for in_python in (repr(text), ascii(text), repr(text + "'\""), repr(text + "'"), ascii(text + "'\"")):
        yield in_python[1:-1].removesuffix("\\'\"").removesuffix("'")
    yield text.encode("unicode_escape").decode("ascii")
    in_bytes = repr(text.encode("utf-8", "surrogatepass"))[2:-1]
    yield from (in_bytes, json.dumps(in_bytes)[1:-1])
    in_html = html.escape(text)
    yield from (in_html, html.escape(text, quote=False))
    yield in_html.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    for in_url in (
        *(quote(text, safe=safe, errors="surrogatepass") for safe in ("", "/", "!'()*~", "!'()*~/:@$,;=&+")),
        quote_plus(text, errors="surrogatepass"),
    ):
        yield in_url
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), in_url)
    yield shlex.quote(text).removeprefix("'").removesuffix("'")
    yield re.sub(r'(["\\$`])', r"\\\1", text)
    yield re.sub(r"([^\w@%+=:,./-])", r"\\\1", text)
    units = text.encode("utf-16-be", "surrogatepass").hex()
    for digits in (units, units.upper()):
        for mark in ("\\u", "\\\\u"):
            yield "".join(mark + digits[place : place + 4] for place in range(0, len(digits), 4))


def _encoded(content: bytes) -> Iterator[str]:
    """The bytes in hexadecimal digits of both cases, as `bytes.hex` and dumps write them."""
    for digits in (content.hex(), content.hex().upper()):
        pairs = [digits[place : place + 2] for place in range(0, len(digits), 2)]
        yield digits
        yield from (mark.join(pairs) for mark in (":", " ", "-", ", "))
        yield from ("".join(mark + pair for pair in pairs) for mark in ("%", "\\x", "\\\\x", "0x"))
        yield ", ".join("0x" + pair for pair in pairs)


def _in_base64(content: bytes) -> Iterator[Form]:
    """The bytes in base64, wherever in a group of three the first of them falls."""
    for alphabet in _ALPHABETS:
        for shift in range(3):
            first, last = 8 * shift, 8 * (shift + len(content))
            standard = base64.b64encode(bytes(shift) + content + bytes(3)).decode("ascii")
            values = [(_ALPHABETS[0]).index(character) for character in standard.rstrip("=")]
            core = "".join(alphabet[value] for value in values[-(-first // 6) : last // 6])
            before = _like(alphabet, values[first // 6], 6 - first % 6, high=False) if first % 6 else ""
            after = _like(alphabet, values[last // 6], last % 6, high=True) if last % 6 else ""
            yield Form(core, before, after)


def _like(alphabet: str, value: int, bits: int, *, high: bool) -> str:
    """The characters whose value shares so many of its highest or lowest bits."""
    kept = ((1 << bits) - 1) << (6 - bits if high else 0)
    return "".join(character for place, character in enumerate(alphabet) if place & kept == value & kept)
