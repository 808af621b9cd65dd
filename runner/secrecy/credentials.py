"""Which values of an environment are secrets.

By name: whatever is called a token, secret, password, key and the like. By form, whatever its name: the password or
token in a URL, a signature in its query, the password of a connection string. Not taken, as they give nothing away and
stand in every other text: values of fewer than four characters, words such as `true` or `default`, words of at most
seven small letters, numbers of fewer than six digits, paths that exist, and a password that its own URL shows as user,
host or database. What a reference names is taken in any case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, unquote_plus

SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|COOKIE|BEARER|SIGNATURE|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|WEBHOOK|"
    r"(?:^|[_-])(?:KEY|PAT|SIG|AUTH|AUTHORIZATION)(?:$|[_-])|_PWD$",
    re.IGNORECASE,
)
"""Names, of environment variables and of fields, that say that the value is a secret."""
_WORDS = re.compile(
    r"true|false|yes|no|on|off|none|null|default|auto|enabled|disabled|basic|bearer|required|optional|always|never|"
    r"test|testing|example|password|secret|token|changeme|placeholder|anonymous|admin|root|user|guest|postgres|localhost",
    re.IGNORECASE,
)
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^\s/?#]*@)?([^\s'\"<>]*)")
_IN_WORDS = re.compile(r"(?:password|passwd|pwd|secret|token)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s;&,]+)", re.IGNORECASE)
_A_WORD = 7
_LONG_ENOUGH_FOR_A_TOKEN = 16
_LINE = 16
"""Lines of this length, of a secret of many lines such as a private key, are secrets by themselves."""


def secrets_in(environment: Mapping[str, str], references: Iterable[str] = ()) -> list[str]:
    """The secret texts of an environment: what `references` name (variables), and what looks like one."""
    named, found = set(references), set[str]()
    for name, value in environment.items():
        if name in named:
            found |= {value, value.strip(), *_lines(value)}
        elif SECRET_NAME.search(name) and not _trivial(value):
            found |= {value, value.strip(), *_lines(value), *_fields(value)}
        found |= {secret for secret in _inside(value) if not _trivial(secret)}
    return sorted(found - {""})


def _trivial(value: str) -> bool:
    text = value.strip()
    if len(text) < 4 or _WORDS.fullmatch(text) or (text.isdecimal() and len(text) < 6):
        return True
    if len(text) <= _A_WORD and text.isalpha() and text.islower():
        return True  # an ordinary word, which stands in many a text and keeps nobody out
    try:
        return "/" in text and Path(text).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False


def _lines(value: str) -> Iterator[str]:
    if "\n" in value.strip():
        yield from (line.strip() for line in value.splitlines() if len(line) >= _LINE and not line.startswith("-----"))


def _inside(value: str) -> Iterator[str]:
    """The secrets within URLs and connection strings, as they stand there and decoded."""
    for scheme, account, rest in _URL.findall(value):
        yield from _of_account(scheme, account[:-1], rest)
        query = rest.partition("?")[2].partition("#")[0]
        for part in query.split("&"):
            name, _, given = part.partition("=")
            if SECRET_NAME.search(name.replace("-", "_")):
                yield from (given, unquote_plus(given))
    for given in _IN_WORDS.findall(value):
        yield from (given, given.strip("'"))


def _of_account(scheme: str, account: str, rest: str) -> Iterator[str]:
    user, colon, password = account.partition(":")
    if not colon and scheme.startswith("http") and len(user) >= _LONG_ENOUGH_FOR_A_TOKEN:
        yield from (user, unquote(user))
    shown = {unquote(user), scheme.partition("+")[0], *re.split(r"[/:?]", rest)}
    if unquote(password) not in shown:
        yield from (password, unquote(password))


def _fields(value: str) -> Iterator[str]:
    """The secret fields of a value that is JSON, such as the key file of a service account."""
    if not value.lstrip().startswith("{"):
        return
    try:
        fields = json.loads(value)
    except ValueError:
        return
    for name, inner in fields.items():
        if isinstance(inner, str) and SECRET_NAME.search(name) and not _trivial(inner):
            yield from (inner, *_lines(inner))
