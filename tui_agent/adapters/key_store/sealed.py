"""A file of keys under a passphrase: scrypt makes the secret, ChaCha20-Poly1305 seals with it.

The header (the work that scrypt does, salt and nonce) stands in the clear and is authenticated with
the rest: who changes it, cannot open the file. (RFC 7914; RFC 8439.)
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_agent.adapters.key_store import KeysError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

VERSION = 1
WORK = 1 << 16
"""scrypt's N: with r = 8, 64 MB and a fifth of a second for each guess."""
BLOCK, LANES = 8, 1
_MOST_WORK = 1 << 20
_SECRET_BYTES = 32
_NONCE_BYTES = 12
_LARGEST = 1 << 20
"""Bytes of a file that is looked at."""

Json = dict[str, Any]


class SealedError(KeysError):
    """The file cannot be read as one of ours."""


class WrongPassphraseError(SealedError):
    """The passphrase does not open the file, or the file was changed."""


def seal(keys: Mapping[str, str], passphrase: str) -> bytes:
    """Return a file's bytes that hold `keys` for whoever knows the passphrase."""
    header: Json = {
        "version": VERSION,
        "work": WORK,
        "salt": base64.b64encode(secrets.token_bytes(16)).decode(),
        "nonce": base64.b64encode(secrets.token_bytes(_NONCE_BYTES)).decode(),
    }
    cipher = _cipher(header, passphrase)
    plain = json.dumps(dict(keys)).encode()
    sealed = cipher.encrypt(base64.b64decode(header["nonce"]), plain, _known(header))
    return json.dumps({**header, "sealed": base64.b64encode(sealed).decode()}).encode() + b"\n"


def unseal(data: bytes, passphrase: str) -> dict[str, str]:
    """Return the keys in a file, by variable.

    Raises:
        WrongPassphraseError: the passphrase doesn't open it, or a byte was changed.
        SealedError: it is no file of ours, or of a newer program.
    """
    header, sealed = _parts(data)
    cipher = _cipher(header, passphrase)
    from cryptography.exceptions import InvalidTag

    try:
        plain = cipher.decrypt(base64.b64decode(header["nonce"]), sealed, _known(header))
    except InvalidTag:
        message = "the passphrase does not open the file of keys, or the file was changed"
        raise WrongPassphraseError(message) from None
    keys: dict[str, str] = json.loads(plain)
    return keys


def read_sealed(path: Path) -> bytes:
    """Return a file's bytes. Raises SealedError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise SealedError(message) from error


def write_private(path: Path, data: bytes) -> None:
    """Put a file in the place of another, whole and for its owner alone. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _parts(data: bytes) -> tuple[Json, bytes]:
    try:
        table: Json = json.loads(data)
        sealed = base64.b64decode(table.pop("sealed"), validate=True)
        if table["version"] != VERSION:
            message = "the file of keys was written by a newer agent"
            raise SealedError(message)
        nonce, _ = (base64.b64decode(table[one], validate=True) for one in ("nonce", "salt"))
        sound = type(table["work"]) is int and 1 < table["work"] <= _MOST_WORK
        if not sound or len(nonce) != _NONCE_BYTES or set(table) != _HEADER:
            message = "the file of keys is none of ours"
            raise SealedError(message)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"the file of keys cannot be read: {error}"
        raise SealedError(message) from None
    return table, sealed


_HEADER = {"version", "work", "salt", "nonce"}


def _known(header: Json) -> bytes:
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _cipher(header: Json, passphrase: str) -> ChaCha20Poly1305:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    except ImportError as error:
        message = f"no file of keys can be used: {error}"
        raise SealedError(message) from error
    return ChaCha20Poly1305(_secret(header, passphrase))


def _secret(header: Json, passphrase: str) -> bytes:
    work = int(header["work"])
    try:
        return hashlib.scrypt(
            passphrase.encode("utf-8", "surrogateescape"),
            salt=base64.b64decode(header["salt"]),
            n=work,
            r=BLOCK,
            p=LANES,
            maxmem=256 * BLOCK * work,
            dklen=_SECRET_BYTES,
        )
    except ValueError as error:
        message = f"the file of keys cannot be read: {error}"
        raise SealedError(message) from None
