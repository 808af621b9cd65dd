"""Signatures of the ledger's lines: Ed25519, with a key that is a PEM file or 64 hexadecimal digits."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from runner.errors import SettingsError
from runner.settings import Settings

MAKE_PRIVATE = "make one: openssl genpkey -algorithm ed25519 -out ledger.pem; chmod 600 ledger.pem"
MAKE_PUBLIC = "make it of the private one: openssl pkey -in ledger.pem -pubout -out ledger.pub"
MOST_BYTES = 65_536
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_BEGINS = "-----BEGIN "


@dataclass(frozen=True)
class Verifier:
    """The public key, which tells a signature from a forged one."""

    key: Ed25519PublicKey

    @classmethod
    def read(cls, given: str, beside: Path) -> Self:
        """The key of a PEM file, whose path may start from the folder `beside`, or of 64 digits; a `SettingsError`."""
        if _HEX.fullmatch(given):
            return cls.of_digits(given)
        path = beside / Path(given).expanduser()
        try:
            key = serialization.load_pem_public_key(_content(path, given))
        except OSError as fault:
            raise _wrong("PUBLIC_KEY", f"{path} cannot be read: {fault.strerror}", MAKE_PUBLIC) from None
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise _wrong("PUBLIC_KEY", f"{path} holds no public key in PEM", MAKE_PUBLIC) from None
        if not isinstance(key, Ed25519PublicKey):
            raise _wrong("PUBLIC_KEY", f"{path} holds a key that is not for ed25519", MAKE_PUBLIC)
        return cls(key)

    @classmethod
    def of_digits(cls, digits: str) -> Self:
        """The key of 64 hexadecimal digits, or a `ValueError`."""
        return cls(Ed25519PublicKey.from_public_bytes(bytes.fromhex(digits)))

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The public key that the settings name, or that goes with their private one; None where they name neither."""
        if settings.ledger_public_key is not None:
            return cls.read(settings.ledger_public_key, settings.checkout)
        signer = Signer.of(settings)
        return None if signer is None else cls(signer.key.public_key())

    def accepts(self, signature: str, signed: bytes) -> bool:
        """Whether the private key has signed exactly this; one signature has one spelling."""
        if not _SIGNATURE.fullmatch(signature):
            return False
        try:
            self.key.verify(bytes.fromhex(signature), signed)
        except InvalidSignature:
            return False
        return True

    @property
    def digits(self) -> str:
        """The key as 64 hexadecimal digits."""
        return self.key.public_bytes_raw().hex()


@dataclass(frozen=True)
class Signer:
    """The private key, which signs. Its `repr` does not show it."""

    key: Ed25519PrivateKey

    @classmethod
    def read(cls, given: str, beside: Path) -> Self:
        """The key of a PEM file, whose path may start from the folder `beside`, or of 64 digits; a `SettingsError`.

        A file that others on the host may read is refused: what everyone can sign proves nothing.
        """
        if _HEX.fullmatch(given):
            return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given)))
        if given.startswith(_BEGINS):
            raise _wrong("KEY", "is the text of a key, not the path of its file or 64 digits", MAKE_PRIVATE)
        path = beside / Path(given).expanduser()
        try:
            key = serialization.load_pem_private_key(_content(path, given), password=None)
            open_to = stat.S_IMODE(path.stat().st_mode)
        except OSError as fault:
            raise _wrong("KEY", f"{path} cannot be read: {fault.strerror}", MAKE_PRIVATE) from None
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise _wrong("KEY", f"{path} holds no private key in PEM without a password", MAKE_PRIVATE) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise _wrong("KEY", f"{path} holds a key that is not for ed25519", MAKE_PRIVATE)
        if open_to & stat.S_IRWXO:
            raise _wrong("KEY", f"{path} is open to everyone on this host", f"close it: chmod 600 {path}")
        return cls(key)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The key that the settings name; None where they name none."""
        if settings.ledger_key is None:
            return None
        signer = cls.read(settings.ledger_key, settings.checkout)
        if settings.ledger_public_key is not None:
            public = Verifier.read(settings.ledger_public_key, settings.checkout)
            if public.digits != signer.verifier.digits:
                said = "does not go with the private key of INSIDERS_LEDGER_KEY"
                raise _wrong("PUBLIC_KEY", said, f"leave it away, or {MAKE_PUBLIC}")
        return signer

    def sign(self, content: bytes) -> str:
        """The signature, in hexadecimal digits."""
        return self.key.sign(content).hex()

    @property
    def verifier(self) -> Verifier:
        """The public key that goes with it."""
        return Verifier(self.key.public_key())

    def __repr__(self) -> str:
        return f"Signer(of {self.verifier.digits[:12]}…)"


def _content(path: Path, given: str) -> bytes:
    if "\0" in given:
        raise ValueError
    with path.open("rb") as file:
        return file.read(MOST_BYTES)


def _wrong(setting: str, fault: str, advice: str) -> SettingsError:
    return SettingsError(f"the settings cannot be right:\n  INSIDERS_LEDGER_{setting}: {fault}; {advice}")
