"""Whatever is typed, stored or sent: an exit code of ours, told as it should be, soon, and nothing else changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returnctl.cli.commands import COMMANDS
from returnctl.cli.main import program
from tests.cli.shops import PHOTO, ROOT, an_order
from tests.faults import hostile
from tests.faults.inside import Place, calm, calmed, removed, typed

__all__ = ["calm"]
LINES, DOCUMENTS, IMPORTS, THINGS = 3600, 3200, 2000, 1200
_SLOWEST = 2000
_JSON = ("--json",)
# The story of a shop is long, and is told elsewhere.
_TYPED = sorted({*COMMANDS} - {"demo"})
_ENDLESS = {"-f", "--follow"}


def many(examples: int) -> settings:
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        max_examples=examples, deadline=_SLOWEST, derandomize=True, database=None, suppress_health_check=quiet
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("hostile"))


# --- (a) whatever is typed


def _commands(group: click.Command, path: tuple[str, ...], names: list[str]) -> Any:
    context = click.Context(group)
    for name in names:
        command = group.get_command(context, name)  # type: ignore[attr-defined]
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name), command.list_commands(context))
        yield (*path, name), command


def _options(command: click.Command) -> list[tuple[str, list[str] | None]]:
    """Each option with the values that it takes, empty where they are free, None where it is a flag."""
    found = []
    for param in command.params:
        names = {*param.opts, *param.secondary_opts} - _ENDLESS
        for name in sorted(names) if isinstance(param, click.Option) else ():
            takes = None if getattr(param, "is_flag", False) else list(getattr(param.type, "choices", ()))
            found.append((name, takes))
    return found


def _lines() -> st.SearchStrategy[list[str]]:
    return st.one_of([_line(*each) for each in _commands(program, (), _TYPED)])


def _line(path: tuple[str, ...], command: click.Command) -> st.SearchStrategy[list[str]]:
    word = hostile.words()
    pieces = [word.map(lambda text: [text])]
    for name, takes in _options(command):
        value = st.one_of(st.sampled_from(takes), word) if takes else word
        pieces.append(st.just([name]) if takes is None else st.builds(lambda x, name=name: [name, x], value))
    tail = st.lists(st.one_of(pieces), max_size=5).map(lambda parts: [x for part in parts for x in part])
    return st.builds(lambda form, ids, rest: [*path, *form, *ids, *rest], st.sampled_from([_JSON, ()]), _IDS, tail)


_IDS = st.lists(st.sampled_from(["1", "2", "R-000001", "L-3", "orders.json", "photo.jpg", "-"]), max_size=2)


# --- (b) whatever is stored, imported or asked for by a file

# The commands that come upon each kind of file.
_LOOKING = (
    "show 1",
    "list",
    "todo",
    "reconcile",
    "history 1",
    "order list",
    "order show L-1",
    "log",
    "fsck",
    "policy show --return 1",
)
_CHANGING = (
    "note 2 x",
    "approve 2",
    "apply L-3 --reason damaged",
    "sweep",
    "seal",
    "fsck --repair",
    "import orders.json",
)
_ALL = (*_LOOKING, *_CHANGING)
_COMMANDS: dict[str, tuple[str, ...]] = {
    "returnctl.yaml": ("policy list", "note 2 x", "todo", "list", "fsck"),
    "policies/": ("policy list", "policy show", "policy validate", "apply L-3 --reason damaged"),
    "seals/": ("seal", "fsck"),
    "data/files/": ("fsck", "anonymize --before 2026-11-20 --now 2027-11-20T00:00:00Z"),
    "data/orders/": ("order list", "order show L-1", "apply L-3 --reason damaged", "import orders.json", "fsck"),
    "data/settlements/": ("reconcile", "reconcile --order L-1 --json", "import settled.csv", "fsck"),
    "data/policies/": ("policy show --return 1", "approve 2", "apply L-3 --reason damaged", "fsck"),
    "data/returns/": _ALL,
    "data/": _ALL,
}
_READERS = frozenset({*_LOOKING, "policy list", "policy show", "policy validate"})


def _commands_of(name: str) -> tuple[str, ...]:
    return next(lines for part, lines in _COMMANDS.items() if name.startswith(part))


_Changes = list[hostile.Change]


def only_changed(place: Place, *names: str) -> bool:
    """What is derived may be made anew, and what a torn line was is set aside."""
    apart = ("data/index.sqlite", "data/cache", "data/lock", "data/journal", *names)
    return all(name.startswith(apart) for name in place.changed())


_changes = st.lists(hostile.CHANGES, min_size=1, max_size=3)
# By their folders, since most names are digests.
_KINDS = (
    "returnctl.yaml", "policies/", "seals/", "data/files/", "data/orders/", "data/policies/", "data/returns/",
    "data/settlements/",
    "data/cache/pinned", "data/cache/policy", "data/cache/settings", "data/journal.jsonl", "data/index.sqlite",
    "data/lock",
)  # fmt: skip


_STORED = {"kind": st.sampled_from(_KINDS), "changes": _changes, "line": st.integers(0, 40)}


@many(DOCUMENTS)
@given(**_STORED)
def test_stored(place: Place, kind: str, changes: _Changes, line: int) -> None:
    """One stored file is not what it was; what it is must be told, and readers leave the others as they are."""
    name, lines = next(name for name in place.stored if name.startswith(kind)), _commands_of(kind)
    words, shop = lines[line % len(lines)], place.restore()
    (shop / name).write_bytes(hostile.changed(name, place.content(name), changes))
    typed(shop, *words.split(), *_JSON)
    assert words not in _READERS or only_changed(place, name)


_CSV = (ROOT / "tests/data/seller-center-orders-us.csv").read_bytes()
_REQUESTS = b"""\
{"order": "L-3", "items": {"1": 1}, "reason": "damaged", "key": "a", "evidence": ["photo.jpg"], "note": "x"}
{"order": "L-3", "items": {"1": null}, "type": "refund_only", "conditions": ["unused"], "external": "E-1"}
"""
_ROWS = b"order,items,reason,key,evidence\nL-3,1=1,damaged,a,photo.jpg\nL-3,1,wrong_size,b,\n"
_ORDERS = [an_order("L-3"), an_order("L-4", payments=[{"id": "p", "method": "card", "amount": "93.15"}])]
# What is sent in, with the command that takes it.
_SENT: tuple[tuple[str, bytes, str], ...] = (
    ("a.json", json.dumps(_ORDERS).encode(), "import a.json"),
    ("a.jsonl", b"\n".join(json.dumps(order).encode() for order in _ORDERS), "import a.jsonl --strict"),
    ("a.csv", _CSV, "import a.csv -n"),
    ("s.csv", (ROOT / "tests/data/seller-center-settlement-us.csv").read_bytes(), "import s.csv"),
    ("b.jsonl", _REQUESTS, "apply --from b.jsonl"),
    ("b.csv", _ROWS, "apply --from b.csv"),
    ("c.yaml", (ROOT / "tests/examples/full.yaml").read_bytes(), "policy validate c.yaml"),
    ("photo.jpg", PHOTO, "attach 2 photo.jpg"),
)


_SENT_IN = {"sent": st.sampled_from(_SENT), "changes": _changes}


@many(IMPORTS)
@given(**_SENT_IN)
def test_sent(place: Place, sent: tuple[str, bytes, str], changes: _Changes) -> None:
    name, sample, line = sent
    shop = place.restore()
    (shop / name).write_bytes(hostile.changed(name, sample, changes))
    typed(shop, *line.split(), *_JSON)


_PLACES = (
    "returnctl.yaml", "policies", "policies/standard.yaml", "seals", "seals/2026-11.json", "data", "data/lock",
    "data/stage",
    "data/stage/x", "data/journal.jsonl", "data/index.sqlite", "data/index.sqlite-journal", "data/cache",
    "data/returns",
    "data/returns/000", "data/returns/000/R-000001.json", "data/returns/001", "data/orders", "data/orders/000001.jsonl",
    "data/policies", "data/files", "photo.jpg", "orders.json",
)  # fmt: skip
_SUITED = (
    *_ALL,
    "attach 2 photo.jpg",
    "policy list",
    "policy validate",
    "backup ../copy",
    "dispute bundle 1 ../b.zip",
    "dispute bundle 1 ../out",
    "anonymize --before 2026-11-20",
)


_STANDING = {
    "name": st.sampled_from(_PLACES),
    "thing": st.sampled_from(hostile.THINGS),
    "line": st.sampled_from(_SUITED),
}


@many(THINGS)
@given(**_STANDING)
def test_no_file(place: Place, name: str, thing: Callable[[Path], None], line: str) -> None:
    """In the place of a file or folder stands something else."""
    shop = place.restore()
    removed(shop / name)
    thing(shop / name)
    typed(shop, *line.split(), *_JSON)
    assert line not in _READERS or only_changed(place, name)


_TYPED_IN = {"line": _lines(), "stdin": st.sampled_from(hostile.CHUNKS)}


@many(LINES)
@given(**_TYPED_IN)
def test_typed(place: Place, line: list[str], stdin: bytes) -> None:
    typed(place.restore(), *line, stdin=stdin)


# --- large files, in a process of their own


@pytest.mark.parametrize(
    ("name", "start", "line"),
    [
        ("a.json", b"[", "import a.json"),
        ("a.json", b'{"id":"', "import a.json"),
        ("a.csv", b"Order ID,SKU Subtotal After Discount\n", "import a.csv"),
        ("b.jsonl", b"{", "apply --from b.jsonl"),
        ("returnctl.yaml", b"returnctl: settings/v1\n", "note 1 x"),
        ("policies/big.yaml", b"returnctl: policy/v1\n", "policy list"),
        ("seals/2026-10.json", b"{", "seal"),
        ("photo.jpg", b"\xff\xd8\xff", "attach 2 photo.jpg"),
    ],
)
def test_a_file_too_large_is_not_read(place: Place, name: str, start: bytes, line: str) -> None:
    """A gigabyte, which takes no room on the disk."""
    shop = place.restore()
    with (shop / name).open("wb") as file:
        file.write(start)
        file.truncate(1 << 30)
    typed(shop, *line.split(), *_JSON)


@pytest.mark.parametrize("line", ["import -", "apply --from -", "policy validate -", "approve -", "import pipe"])
def test_an_endless_stream_is_let_go(place: Place, line: str) -> None:
    """In a process of its own, whose memory is counted; what is read of it may be held once."""
    shop = place.restore()
    os.mkfifo(shop / "pipe")
    done = limited(shop, line)
    assert done.returncode in (1, 2), done
    assert json.loads(done.stderr or done.stdout), done


def limited(shop: Path, line: str) -> subprocess.CompletedProcess[bytes]:
    words = [sys.executable, "-m", "returnctl", *line.split(), "--json"]
    with Path("/dev/zero").open("rb") as endless:
        return subprocess.run(words, cwd=shop, stdin=endless, capture_output=True, check=False, timeout=60)


def long_run_input(examples: int) -> None:
    """So many of each kind, never the same twice: `python -c "…long_run_input(100_000)"`."""
    drawn: dict[Callable[..., None], dict[str, st.SearchStrategy[Any]]] = {
        test_typed: _TYPED_IN,
        test_stored: _STORED,
        test_sent: _SENT_IN,
        test_no_file: _STANDING,
    }
    for test, strategies in drawn.items():
        anew = settings(many(examples), derandomize=False, print_blob=True)
        sys.stdout.write(f"{test.__name__}: {examples} examples\n")
        _with_place(anew(given(**strategies)(test.hypothesis.inner_test)))  # type: ignore[attr-defined]


def _with_place(test: Callable[..., None]) -> None:
    with tempfile.TemporaryDirectory() as folder, calmed():
        test(place=Place(Path(folder)))
