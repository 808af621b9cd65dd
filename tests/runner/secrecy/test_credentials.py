"""Which values of an environment are secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.secrecy.credentials import secrets_in


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7", ["wJalrXUtnFEMI/K7"]),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", ["AKIAIOSFODNN7EXAMPLE"]),
        ("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEBYa", ["FwoGZXIvYXdzEBYa"]),
        ("GITHUB_PAT", "ghp_abcdef", ["ghp_abcdef"]),
        ("MYSQL_PWD", "open-sesame", ["open-sesame"]),
        ("PWD", "/home/somebody/else", []),
        ("PATH", "/usr/bin", []),
        ("INSIDERS_DATABASE_URL", "postgresql://shop:p%40ss%2Fword@db:5432/shop", ["p%40ss%2Fword", "p@ss/word"]),
        ("INSIDERS_DATABASE_URL", "postgresql://postgres:postgres@localhost/postgres", []),
        ("INSIDERS_DATABASE_URL", "sqlite:////tmp/insiders.db", []),
        ("HTTPS_PROXY", "http://me:open@sesame@proxy:3128", ["open@sesame"]),
        ("PIP_INDEX", "https://a1b2c3d4e5f6a7b8c9@packages/simple", ["a1b2c3d4e5f6a7b8c9"]),
        ("SOURCE", "https://store/f.csv?X-Amz-Signature=abc123def&part=2", ["abc123def"]),
        ("SOURCE", "https://store/f.csv?sig=a%2Bb%3D%3D", ["a%2Bb%3D%3D", "a+b=="]),
        ("CONNECTION", "host=db user=shop password='open sesame' port=5", ["'open sesame'", "open sesame"]),
        ("TOKENIZERS_PARALLELISM", "false", []),
        ("MAX_TOKENS", "4096", []),
        ("API_KEY", "abc", []),
        ("SECRET_FILE", __file__, []),
        ("SSH_AUTH_SOCK", str(Path(__file__).parent), []),
        ("GOOGLE_CREDENTIALS", '{"type": "x", "private_key": "abcdefgh", "id": "public"}', ["abcdefgh"]),
    ],
)  # fmt: skip
def test_secrets_are_known_by_name_or_form(name: str, value: str, expected: list[str]) -> None:
    """What is a secret, and what only looks like one."""
    assert sorted(set(secrets_in({name: value})) - {value if value.startswith("{") else ""}) == sorted(expected)


def test_what_a_reference_names_is_always_a_secret() -> None:
    """Also where neither name nor form say so."""
    assert secrets_in({"SHOP": "true", "OTHER": "word"}, ["SHOP", "ABSENT"]) == ["true"]


def test_lines_of_a_long_secret_are_secrets() -> None:
    """A private key is also known by each of its lines, but not by the line that every key begins with."""
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END PRIVATE KEY-----\n"
    found = secrets_in({"SIGNING_KEY": key})
    assert set(found) == {key, key.strip(), "MIIEvQIBADANBgkqhkiG9w0B", "AQEFAASCBKcwggSjAgEAAoIB"}
