"""A policy file: read strictly, checked by its schema and by what a schema cannot say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from returnctl.domain.policy import PolicySource
from returnctl.errors import InvalidPolicy
from returnctl.readers.places import Problem, Source, in_order
from returnctl.readers.policy_checks import beyond_schema
from returnctl.readers.schema import read_checked


def read_policy(data: bytes, name: str) -> PolicySource:
    """Raises InvalidPolicy."""
    policy, problems = check_policy(data, name)
    if policy is None:
        raise InvalidPolicy(file=name, problems=[problem.as_dict() for problem in problems])
    return policy


def check_policy(data: bytes, name: str) -> tuple[PolicySource | None, tuple[Problem, ...]]:
    """The policy of the file `name`, or all its problems at once."""
    policy, _, problems = _checked(data, name)
    return policy, problems


def reviewed(data: bytes, name: str) -> tuple[Problem, ...]:
    """All its problems; of a policy without any, where it goes under floors."""
    from returnctl.readers.floors import warnings

    policy, source, problems = _checked(data, name)
    return warnings(policy, source) if policy else problems


class _Checked(NamedTuple):
    policy: PolicySource | None
    source: Source
    problems: tuple[Problem, ...]


def _checked(data: bytes, name: str) -> _Checked:
    value, source, problems = read_checked(data, name, "policy")
    if isinstance(value, dict):
        problems += beyond_schema(value, source, {problem.path for problem in problems})
    if problems:
        return _Checked(None, source, in_order(problems))
    return _Checked(_policy(value, source), source, ())


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
