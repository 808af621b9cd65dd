"""Keys of the ledger, made by the command that the messages name."""

import subprocess
from pathlib import Path

import pytest

from runner.errors import SettingsError
from runner.ledger.signing import Signer, Verifier
from runner.settings import Settings
from tests.runner.runs import settings

DIGITS = "5d" * 32


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys by OpenSSL: a private and a public one, one of another kind, one with a password."""
    folder = tmp_path_factory.mktemp("keys")
    for arguments in (
        "genpkey -algorithm ed25519 -out ledger.pem",
        "pkey -in ledger.pem -pubout -out ledger.pub",
        "genpkey -algorithm x25519 -out other.pem",
        "pkey -in other.pem -pubout -out other.pub",
        "genpkey -algorithm ed25519 -aes256 -pass pass:secret -out locked.pem",
    ):
        subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)
    for key in folder.glob("*.pem"):
        key.chmod(0o600)
    (folder / "empty.pem").touch(0o600)
    (folder / "open.pem").write_bytes((folder / "ledger.pem").read_bytes())
    (folder / "open.pem").chmod(0o644)
    return folder


def with_keys(folder: Path, private: str | None, public: str | None = None) -> Settings:
    return settings(folder, "sqlite://", ledger_key=private, ledger_public_key=public)


def test_a_key_of_openssl_signs_and_its_public_half_verifies(keys: Path) -> None:
    """Keys are read from PEM files, whose path may start from the checkout or from anywhere."""
    signer = Signer.of(with_keys(keys, "ledger.pem", str(keys / "ledger.pub")))
    assert signer is not None
    signature = signer.sign(b"content")
    verifier = Verifier.of(with_keys(keys, None, "ledger.pub"))
    assert verifier is not None
    assert verifier.accepts(signature, b"content")
    assert not verifier.accepts(signature, b"other content")
    assert not verifier.accepts(Signer.read(DIGITS, keys).sign(b"content"), b"content")
    for broken in ("", "ab", "zz" * 64, signature[:-2], signature.upper(), signature + " "):
        assert not verifier.accepts(broken, b"content")


def test_a_key_may_be_digits(keys: Path) -> None:
    """A key is 64 hexadecimal digits too, and the public one is then known from the private one."""
    signer = Signer.read(DIGITS, keys)
    known = Verifier.of(with_keys(keys, DIGITS))
    assert known is not None
    assert known.accepts(signer.sign(b"content"), b"content")
    assert Verifier.read(known.digits, keys).digits == known.digits
    assert DIGITS not in repr(signer)


def test_without_a_setting_there_is_no_key(keys: Path) -> None:
    """Signing is for who asks for it."""
    assert Signer.of(with_keys(keys, None)) is None
    assert Verifier.of(with_keys(keys, None)) is None


@pytest.mark.parametrize(
    ("private", "said"),
    [
        ("missing.pem", "No such file"),
        ("empty.pem", "holds no private key"),
        ("ledger.pub", "holds no private key"),
        ("locked.pem", "without a password"),
        ("other.pem", "not for ed25519"),
        ("open.pem", "open to everyone"),
        (".", "cannot be read"),
        ("ab" * 31, "cannot be read"),
        ("with\0zero", "holds no private key"),
        ("-----BEGIN PRIVATE KEY-----", "not the path"),
    ],
)
def test_a_private_key_that_is_none_is_refused(keys: Path, private: str, said: str) -> None:
    """The message names the setting and the fault, and says how a key is made or closed."""
    with pytest.raises(SettingsError, match=said) as refused:
        Signer.of(with_keys(keys, private))
    assert "INSIDERS_LEDGER_KEY" in str(refused.value)
    assert "openssl genpkey" in str(refused.value) or "chmod 600" in str(refused.value)


@pytest.mark.parametrize(
    ("public", "said"),
    [
        ("missing.pub", "No such file"),
        ("ledger.pem", "holds no public key"),
        ("other.pub", "not for ed25519"),
    ],
)
def test_a_public_key_that_is_none_is_refused(keys: Path, public: str, said: str) -> None:
    """The message names the setting and the fault, and says how a public key is made."""
    with pytest.raises(SettingsError, match=said) as refused:
        Verifier.of(with_keys(keys, None, public))
    assert "INSIDERS_LEDGER_PUBLIC_KEY" in str(refused.value)
    assert "openssl pkey" in str(refused.value)


def test_keys_that_do_not_go_together_are_refused(keys: Path) -> None:
    """A public key that would find every line forged that the private one signs is refused before a line is signed."""
    with pytest.raises(SettingsError, match="does not go with the private key"):
        Signer.of(with_keys(keys, DIGITS, "ledger.pub"))
