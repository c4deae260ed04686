"""SHA-256, as documents and journal write it: `sha256:` and 64 hex digits; file names have the digits alone."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

PREFIX = "sha256:"
# From here on OpenSSL saves more time than loading it takes.
_LARGE = 1 << 20


def digest(data: bytes) -> str:
    return PREFIX + hexdigest(data)


def hexdigest(data: bytes) -> str:
    digits: str = _sha256(large=len(data) > _LARGE)(data).hexdigest()
    return digits


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
