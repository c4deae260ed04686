"""A policy file: read strictly, checked by its schema and by what a schema cannot say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from returnctl.domain.policy import PolicySource
from returnctl.errors import InvalidPolicy
from returnctl.readers.places import MOST_PROBLEMS, Problem, Source, first_of, in_order
from returnctl.readers.policy_checks import beyond_schema
from returnctl.readers.schema import read_checked


class Checked(NamedTuple):
    """A policy, or None where there are problems."""

    policy: PolicySource | None
    problems: tuple[Problem, ...]
    source: Source


def read_policy(data: bytes, name: str) -> PolicySource:
    """Raises InvalidPolicy."""
    policy, problems = check_policy(data, name)
    if policy is None:
        raise InvalidPolicy(file=name, problems=[problem.as_dict() for problem in problems])
    return policy


def check_policy(data: bytes, name: str) -> tuple[PolicySource | None, tuple[Problem, ...]]:
    """The policy of the file `name`, or all its problems at once."""
    checked = look_through(data, name)
    return checked.policy, checked.problems


def reviewed(data: bytes, name: str) -> tuple[Problem, ...]:
    """All its problems; of a policy without any, where it goes under floors."""
    return review(look_through(data, name))


def review(checked: Checked) -> tuple[Problem, ...]:
    """The same of one that was looked through."""
    from returnctl.readers.floors import warnings

    return warnings(checked.policy, checked.source) if checked.policy else checked.problems


def look_through(data: bytes, name: str) -> Checked:
    """The same, with the places of everything in the file."""
    value, source, problems = read_checked(data, name, "policy")
    if isinstance(value, dict) and len(problems) <= MOST_PROBLEMS:
        problems += first_of(beyond_schema(value, source, {problem.path for problem in problems}))
    return Checked(None if problems else _policy(value, source), in_order(problems), source)


def _policy(body: dict[str, Any], source: Source) -> PolicySource:
    return PolicySource(
        source=source.file,
        name=body["name"],
        version=body["version"],
        body=plain(body),
        places=source.line_numbers(),
    )


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a policy file
    """As JSON carries it: an exact number becomes text with the digits it was written with."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return f"{value:f}" if isinstance(value, Decimal) else value
