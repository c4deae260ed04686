"""The names of what stands under `data/`. Paths are made here only, from ids that are checked."""

from __future__ import annotations

import re

from returnctl.errors import NotFound
from returnctl.storage.digests import PREFIX

JOURNAL = "journal.jsonl"
LOCK = "lock"
STAGE = "stage"
INDEX = "index.sqlite"
RETURNS = "returns/"
ORDERS = "orders/"
SETTLEMENTS = "settlements/"
POLICIES = "policies/"
FILES = "files/"
# Beside returns: batches, whose lines the index knows.
READ = (ORDERS, SETTLEMENTS)
TORN = re.compile(r"journal\.torn-[0-9]+", re.ASCII)
FOLDERS = ("returns", "orders", "policies", "files", STAGE)
# Made when something comes to stand in it.
LATER = (SETTLEMENTS.rstrip("/"),)

_RETURN = re.compile(r"R-(0[0-9]{5}|[1-9][0-9]{5,14})", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_A_FOLDER = 1000


def return_id(number: int) -> str:
    return f"R-{number:06d}"


def number_of(word: str) -> int | None:
    """The number of a return that `R-000042` or `42` names."""
    found = _RETURN.fullmatch(word)
    digits = found[1] if found else word
    return int(digits) if found or _NUMBER.fullmatch(word) else None


def return_path(word: str) -> str:
    """Raises NotFound."""
    number = number_of(word)
    if number is None:
        raise NotFound(kind="return", id=word, near=[])
    return path_of(number)


def path_of(number: int) -> str:
    """The path of a return's document."""
    return f"{RETURNS}{number // _A_FOLDER:03d}/{return_id(number)}.json"


def number_at(path: str) -> int | None:
    """The number of the return whose document stands at a path."""
    if not path.startswith(RETURNS):
        return None
    number = number_of(path.rpartition("/")[2].removesuffix(".json"))
    return number if number is not None and path_of(number) == path else None


def batch_path(batch: int) -> str:
    return f"{ORDERS}{batch:06d}.jsonl"


def settled_path(batch: int) -> str:
    return f"{SETTLEMENTS}{batch:06d}.jsonl"


def batch_of(path: str) -> int:
    """The number of a batch of orders, or of settlements."""
    return int(path.rpartition("/")[2].removesuffix(".jsonl"))


def pinned_path(digest: str) -> str:
    """Raises NotFound."""
    return f"{POLICIES}{_checked('pinned_policy', digest.removeprefix(PREFIX))}.json"


def evidence_path(sha256: str) -> str:
    """Raises NotFound."""
    return f"{FILES}{sha256[:2]}/{_checked('evidence', sha256)}"


def _checked(kind: str, sha256: str) -> str:
    if _SHA256.fullmatch(sha256):
        return sha256
    raise NotFound(kind=kind, id=sha256, near=[])


def shown(path: str) -> str:
    """A path as failures name it, from the shop's root."""
    return f"data/{path}" if path else "data"
