"""`policy log`: the versions of a shop's policies, from its files, its pinned copies and git."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

import msgspec
from msgspec import Struct

from returnctl.domain.policy import PolicySource
from returnctl.errors import NotFound
from returnctl.readers.policies import check_policy
from returnctl.shop.policies import commit_of, first_day, readable
from returnctl.shop.policy_history import Committed, commits
from returnctl.shop.shop import Shop
from returnctl.storage.snapshot import Snapshot

Key = tuple[str, int]
Progress = Callable[[int], None]


class Versioned(Struct, frozen=True, kw_only=True):
    """A version: where it stands, when it holds, and what decided by it.

    `returns` is how many returns it decided, None where they were not counted; `pinned` whether it decided any.
    `where` is `file`, or `pinned` or `git` where its file has moved on; what is only in git decides nothing any more.
    """

    id: str
    version: int
    file: str
    where: str
    since: str | None = msgspec.field(name="from")
    until: str | None
    commits: list[dict[str, str]]
    uncommitted: bool
    pinned: bool
    returns: int | None


class _Policy(Struct):
    name: str
    version: int


class _Decided(Struct):
    """Of a return nothing but what decided it."""

    policy: _Policy


def versions(shop: Shop, name: str | None, count: Progress | None) -> list[Versioned]:
    """Of one policy, or of all, the oldest first; with `count` every return is read. Raises NotFound, InvalidPolicy."""
    with shop.store.reading() as snapshot:
        found, broken = readable(shop, snapshot)
        if broken:
            raise broken[0]
        pinned = {(each.name, each.version): each for each in snapshot.all_pinned()}
        counts = _counted(snapshot, count) if count else None
    history = commits(shop.root)
    known = _known(found, pinned.values(), history)
    if name and not any(key[0] == name for key in known):
        raise NotFound(kind="policy", id=name, near=sorted({key[0] for key in known}))
    holding = sorted(
        (known[key][1] for key in known if known[key][0] != "git"), key=lambda each: (first_day(each), each.version)
    )
    return [
        _versioned(shop, key, where, policy, _next(policy, holding), history, key in pinned, counts)
        for key, (where, policy) in sorted(known.items())
        if name in (None, key[0])
    ]


def _known(
    found: Iterable[PolicySource], pinned: Iterable[PolicySource], history: list[Committed]
) -> dict[Key, tuple[str, PolicySource]]:
    """Each where it stands: in a file, else pinned, else in git alone."""
    known: dict[Key, tuple[str, PolicySource]] = {}
    for where, policies in (("file", found), ("pinned", pinned), ("git", _of_git(history))):
        for policy in policies:
            known.setdefault((policy.name, policy.version), (where, policy))
    return known


def _of_git(history: list[Committed]) -> Iterator[PolicySource]:
    """The last commit of each version that can be read."""
    for key in dict.fromkeys((each.name, each.version) for each in history):
        last = next(each for each in history if (each.name, each.version) == key)
        policy, _ = check_policy(last.data, last.file)
        if policy:
            yield policy


def _next(policy: PolicySource, holding: list[PolicySource]) -> PolicySource | None:
    """The version of its name that ends it."""
    mine = [each for each in holding if each.name == policy.name]
    at = next((at for at, each in enumerate(mine) if each is policy), len(mine))
    return mine[at + 1] if at + 1 < len(mine) else None


def _versioned(
    shop: Shop, key: Key, where: str, policy: PolicySource, then: PolicySource | None, history: list[Committed],
    pinned: bool, counts: Counter[Key] | None,
) -> Versioned:  # fmt: skip
    mine = [each for each in history if (each.name, each.version) == key]
    commit = commit_of(shop.root, policy.source) if where == "file" else None
    until = first_day(then) - timedelta(days=1) if then and first_day(then) > date.min else None
    return Versioned(
        id=key[0], version=key[1], file=policy.source, where=where,
        since=policy.body.get("effective", {}).get("from"), until=until.isoformat() if until else None,
        commits=[{"commit": x.commit, "at": f"{x.at:%Y-%m-%dT%H:%M:%SZ}", "subject": x.subject} for x in mine],
        uncommitted=bool(commit and commit.endswith("-dirty")), pinned=pinned,
        returns=None if counts is None else counts[key],
    )  # fmt: skip


def _counted(snapshot: Snapshot, progress: Progress) -> Counter[Key]:
    counts: Counter[Key] = Counter()
    for number, return_id in enumerate(snapshot.all_ids(), 1):
        policy = msgspec.json.decode(snapshot.raw_return(return_id), type=_Decided).policy
        counts[policy.name, policy.version] += 1
        progress(number)
    return counts
