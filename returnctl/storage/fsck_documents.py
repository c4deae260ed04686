"""Each document against what was committed, against its own name, and against the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import asdict

from returnctl.domain.order import Order
from returnctl.domain.policy import Pinned
from returnctl.domain.record import Return
from returnctl.domain.replay import faults
from returnctl.errors import Damaged, Failure
from returnctl.storage import documents, layout, rows
from returnctl.storage.digests import hexdigest
from returnctl.storage.files import Folder
from returnctl.storage.findings import Finding
from returnctl.storage.index import Index
from returnctl.storage.rebuild import Batch, SettledBatch, load

_PORTION = 500
# What the lines of a batch count as.
_HELD: dict[type, str] = {Batch: "imported", SettledBatch: "settled"}


def check(data: Folder, index: Index, counts: Counter[str]) -> Iterator[Finding]:
    """Reads every document once, and puts what it read into the index."""
    path = ""
    while portion := index.documents(path, _PORTION):
        for path, committed in portion:
            counts[_kind(path)] += 1
            try:
                yield from _checked(data, index, path, committed, counts)
            except Failure as failure:
                yield Finding(_code(failure), layout.shown(path), facts=_facts(failure))


def _kind(path: str) -> str:
    return path.partition("/")[0]


def _code(failure: Failure) -> str:
    return "newer_format" if failure.code == "newer_format" else "document"


def _facts(failure: Failure) -> dict[str, object]:
    return {key: value for key, value in failure.facts.items() if key != "path"}


def _checked(data: Folder, index: Index, path: str, committed: str, counts: Counter[str]) -> Iterator[Finding]:
    if not path.startswith((layout.RETURNS, *layout.READ)):
        yield from _copy(data, path, committed)
        return
    found = load(data, path, committed)
    index.put_read([path])
    if not isinstance(found, Return):
        counts[_HELD[type(found)]] += found.put(index, layout.batch_of(path))
        return
    index.put_returns([rows.return_row(found)], rows.parcels([found]))
    yield from (Finding("return", layout.shown(path), facts={"why": why}) for why in _faults(index, path, found))


def _copy(data: Folder, path: str, committed: str) -> Iterator[Finding]:
    """Policies and evidence are named by their own digest."""
    content = data.read_committed(path, committed)
    if path.startswith(layout.POLICIES):
        documents.decode(content, path, Pinned)
    if hexdigest(content) != path.rpartition("/")[2].removesuffix(".json"):
        raise Damaged(path=layout.shown(path), why="name")
    yield from ()


def _faults(index: Index, path: str, record: Return) -> Iterator[str]:
    events = index.rows("SELECT event FROM events WHERE id = ? ORDER BY rowid", (record.id,))
    yield from faults(record, [event for (event,) in events])
    if layout.return_path(record.id) != path:
        yield "name"
    needed = [layout.pinned_path(record.policy.digest), *(layout.evidence_path(x.sha256) for x in record.evidence)]
    if any(index.committed(each) is None for each in needed):
        yield "lacks_a_file"
    if documents.order_digest(_order(record)) != record.order.digest:
        yield "other_order"


def _order(record: Return) -> Order:
    fields = asdict(record.order)
    return Order(**{name: fields[name] for name in Order.__struct_fields__})
