"""SHA-256, as documents and journal write it: `sha256:` and 64 hex digits; file names have the digits alone."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

PREFIX = "sha256:"
# From here on OpenSSL saves more time than loading it takes.
_large = 1 << 20
_DIGITS = 64


def digest(data: bytes) -> str:
    return PREFIX + hexdigest(data)


def hexdigest(data: bytes) -> str:
    digits: str = _sha256(large=len(data) > _large)(data).hexdigest()
    return digits


def raw(data: bytes) -> bytes:
    """As the index keeps it."""
    value: bytes = _sha256(large=len(data) > _large)(data).digest()
    return value


def expect_many() -> None:
    """Long work: from here on OpenSSL is worth its loading, however small each piece is."""
    global _large  # noqa: PLW0603
    _large = 0


def packed(digest: str) -> bytes | str:
    """Half as long; what is no digest stays as it is."""
    digits = digest.removeprefix(PREFIX)
    if len(digits) == _DIGITS and len(digest) == len(PREFIX) + _DIGITS:
        with suppress(ValueError):
            value = bytes.fromhex(digits)
            return value if value.hex() == digits else digest
    return digest


def unpacked(value: object) -> str:
    return PREFIX + value.hex() if isinstance(value, bytes) else str(value)


@cache
def _sha256(*, large: bool) -> Any:  # noqa: ANN401 - the small modules have no types
    """Python's own small module, under its name of 3.11 or of later ones; hashlib loads all of OpenSSL."""
    return _first("hashlib") if large else _first("_sha256", "_sha2", "hashlib")


def _first(name: str, *others: str) -> Any:  # noqa: ANN401
    try:
        return import_module(name).sha256
    except ImportError:
        if others:
            return _first(*others)
        raise
