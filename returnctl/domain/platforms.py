"""What platforms take of a seller: data, as they publish it."""

from __future__ import annotations

from typing import NamedTuple

from returnctl.domain.record import Return

_MIB = 1024 * 1024


class Limits(NamedTuple):
    """`comment_bytes` of UTF-8 in one comment or message; `photos` in one answer, each of `photo_bytes` at most."""

    comment_bytes: int
    photos: int
    photo_bytes: int
    photo_types: tuple[str, ...]


# TikTok Shop: a comment of more bytes fails, and evidence is at most six JPG or PNG of 5 MB.
LIMITS: dict[str, Limits] = {"tiktok": Limits(500, 6, 5 * _MIB, ("image/jpeg", "image/png"))}
_ONLY = "tiktok"


def limits_of(platform: str | None) -> Limits:
    """Of a platform that is not known those of the strictest that is."""
    return LIMITS.get(platform or _ONLY, LIMITS[_ONLY])


def platform_of(record: Return) -> str | None:
    """The one that runs the return, else the one of the order."""
    return record.external.platform if record.external else record.order.platform


def comment_limit(record: Return) -> int | None:
    """The most bytes of one comment; None where no limit is known."""
    limits = LIMITS.get(platform_of(record) or "")
    return limits.comment_bytes if limits else None


def bytes_of(text: str) -> int:
    """As platforms count a comment."""
    return len(text.encode())
