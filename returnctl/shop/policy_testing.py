"""`policy test`: cases of files, each decided by the policy that it names. No shop is needed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from returnctl.domain.policy import Pinned, PolicySource
from returnctl.domain.trial import Trial, in_its_zone, trial, tried
from returnctl.domain.trial_came import Difference, differences
from returnctl.errors import BadFile, Failure, NoPolicy
from returnctl.readers.places import Place, Problem, Source
from returnctl.readers.policies import check_policy
from returnctl.readers.policy_tests import Sample, Samples, check_samples
from returnctl.readers.schema import suggestion
from returnctl.shop.intake import read_file
from returnctl.shop.policies import YEARS_AHEAD, from_here, in_force, pinned_for


class Ran(NamedTuple):
    """A case as it came out, with the rules that failed.

    `failure` is what kept it from being decided.
    """

    file: str
    sample: Sample
    policy: PolicySource | None
    differences: tuple[Difference, ...] = ()
    failed: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def passed(self) -> bool:
        return not self.differences and self.failure is None

    def place_of(self, difference: Difference) -> Place:
        return self.sample.places[difference.key]


class Tested(NamedTuple):
    """What came of all files; `problems` are those of test files and of the policies that they need."""

    files: int
    ran: tuple[Ran, ...]
    problems: tuple[dict[str, Any], ...]


def files_of(root: Path) -> list[str]:
    """Those of a shop."""
    return from_here(sorted(path for path in (root / "policies" / "tests").glob("*.yaml") if path.is_file()))


def run_tests(names: Iterable[str]) -> Tested:
    """Every case of every file. Raises BadFile for one that cannot be read at all."""
    ran: list[Ran] = []
    problems: dict[tuple[Any, ...], Problem] = {}
    names = list(dict.fromkeys(names))
    for name in names:
        samples, faults, source = check_samples(read_file(name), name)
        if samples:
            candidates, faults = _candidates(samples, name, source)
            ran += [_ran(case, samples, candidates, name) for case in samples.cases if candidates]
        problems |= {(x.file, x.line, x.column, x.code): x for x in faults}
    return Tested(len(names), tuple(ran), tuple(x.as_dict() for x in problems.values()))


# --- which policy


def _candidates(samples: Samples, name: str, source: Source) -> tuple[list[PolicySource], tuple[Problem, ...]]:
    """The policies that may decide the cases, and what is wrong with what was looked at."""
    here = Path() if name == "-" else Path(name).parent
    is_file = "/" in samples.policy or samples.policy.endswith((".yaml", ".yml"))
    if is_file:
        found, faults = _read_all([here / samples.policy], source)
        named = found
    else:
        found, faults = _read_all(sorted(path for path in (here / "..").glob("*.yaml") if path.is_file()), source)
        named = [each for each in found if each.name == samples.policy]
    fitting = [each for each in named if samples.version in (None, each.version)]
    if fitting or faults:
        return fitting, faults
    if named:
        versions = suggestion(str(samples.version), [str(each.version) for each in named])
        return [], (source.at_value("version", "unknown_version", value=samples.version, **versions),)
    names = suggestion(samples.policy, sorted({each.name for each in found}))
    return [], (source.at_value("policy", "unknown_policy", value=samples.policy, **names),)


def _read_all(paths: list[Path], source: Source) -> tuple[list[PolicySource], tuple[Problem, ...]]:
    found, faults = list[PolicySource](), list[Problem]()
    for path in paths:
        try:
            policy, problems = _read(_short(path))
        except BadFile:
            faults.append(source.at_value("policy", "no_such_file", value=_short(path)))
        else:
            found += [policy] if policy else []
            faults += problems
    return found, tuple(faults)


def _short(path: Path) -> str:
    """Without `..`, as people name a file."""
    import os

    return os.path.normpath(path)


@lru_cache(256)
def _read(name: str) -> tuple[PolicySource | None, tuple[Problem, ...]]:
    """Many files of cases are about one policy; its places name the file without its folder, as returns do."""
    from msgspec.structs import replace

    policy, problems = check_policy(read_file(name), name)
    return (replace(policy, source=Path(name).name) if policy else None), problems


# --- one case


def _ran(sample: Sample, samples: Samples, candidates: list[PolicySource], file: str) -> Ran:
    policy: PolicySource | None = None
    try:
        made, policy = _made(sample, samples, candidates)
        pinned = _pinned(policy, made)
        came = tried(in_its_zone(made, pinned), pinned)
    except Failure as failure:
        return Ran(file, sample, policy, failure=failure)
    return Ran(file, sample, policy, tuple(differences(sample.expected, came)), tuple(came.values["failed"]))


def _made(sample: Sample, samples: Samples, candidates: list[PolicySource]) -> tuple[Trial, PolicySource]:
    """Without a version the one in force at the order's date decides, as it would a real order. Raises NoPolicy."""
    last = max(candidates, key=lambda each: each.version)
    made = trial(sample.given, last.body["markets"][0], last.body["timezone"])
    is_told = samples.version is not None or samples.policy != last.name
    chosen = last if is_told else in_force(candidates, made.order).get(last.name)
    if chosen is None or made.order.market not in chosen.body["markets"]:
        ordered = made.order.ordered_at.isoformat()
        raise NoPolicy(order=made.order.id, market=made.order.market, ordered_at=ordered)
    return made, chosen


_PINNED: dict[tuple[int, range], tuple[PolicySource, Pinned]] = {}


def _pinned(policy: PolicySource, made: Trial) -> Pinned:
    """Once for cases of the same years: what is worked out of a policy is kept by its identity."""
    years = range(min(made.order.ordered_at.year, made.at.year), made.at.year + YEARS_AHEAD + 1)
    key = (id(policy), years)
    if key not in _PINNED:
        _PINNED[key] = (policy, pinned_for(policy, years))
    return _PINNED[key][1]
