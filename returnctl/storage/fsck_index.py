"""The index against one that was made anew from journal and documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest

from returnctl.storage import layout
from returnctl.storage.files import Folder
from returnctl.storage.findings import Finding
from returnctl.storage.index import BROKEN, ORDER, RETURN, Index, drop
from returnctl.storage.rebuild import brought_up

_OF_THE_JOURNAL = (
    "SELECT size, sequence, digest, counter FROM head",
    "SELECT path, digest FROM documents ORDER BY path",
    "SELECT number, digest FROM records ORDER BY number",
    "SELECT key, request, result FROM keys ORDER BY key",
)
_OF_DOCUMENTS = (
    f"SELECT number, account, state, told, goods, {RETURN} FROM returns LEFT JOIN shelves USING (shelf)"  # noqa: S608
    " LEFT JOIN traits USING (traits) LEFT JOIN baskets USING (basket) ORDER BY number",
    f"SELECT id, {ORDER}, goods FROM orders LEFT JOIN baskets USING (basket) ORDER BY id",  # noqa: S608
    "SELECT * FROM settled ORDER BY content, nth",
    "SELECT number, tracking FROM parcels ORDER BY number, tracking",
)


def check(data: Folder, anew: Index) -> Iterator[Finding]:
    """Nothing where there is none, or one that the next command will not trust or still bring up."""
    with suppress(*BROKEN):
        index = Index.open(data)
        if index is None:
            return
        try:
            if index.head().stands(data) and not _same(index, anew):
                yield Finding("index", layout.shown(layout.INDEX))
            return
        finally:
            index.close()
    yield Finding("index", layout.shown(layout.INDEX))


def _same(one: Index, other: Index) -> bool:
    """What was learnt of a document that cannot be read now stays: it was true when it was read."""
    compared = _OF_THE_JOURNAL if other.unread() else (*_OF_THE_JOURNAL, *_OF_DOCUMENTS)
    pairs = (zip_longest(one.rows(sql), other.rows(sql)) for sql in compared)
    return all(mine == theirs for pair in pairs for mine, theirs in pair)


def make_anew(data: Folder, _: str) -> None:
    drop(data)
    brought_up(data, None, None).close()
