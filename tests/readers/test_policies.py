"""Valid policies stand in `tests/examples`; a file in `invalid` is a test: its first lines say what must be told."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from returnctl.domain import policy as terms
from returnctl.domain.order import Buyer, Order
from returnctl.domain.states import Fault
from returnctl.domain.terms import Asked, resolve
from returnctl.errors import InvalidPolicy
from returnctl.output.clean import clean
from returnctl.output.problems import SENTENCES, problem_text
from returnctl.readers.places import MOST_PROBLEMS
from returnctl.readers.policies import check_policy, plain, read_policy, reviewed
from returnctl.readers.shipped import folder
from returnctl.readers.strict_yaml import MOST_BYTES, read_yaml

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parent / "examples").glob("*.yaml"))
INVALID = sorted((HERE / "invalid").glob("*.yaml"))
UNDER = sorted((HERE / "under_floors").glob("*.yaml"))
FULL = (HERE.parent / "examples" / "full.yaml").read_bytes()
HEAD = "returnctl: policy/v1\nname: p\nversion: 1\nmarkets: [US, GB, DE]\ntimezone: Europe/Berlin\n"


EXPECT = "# expect: "
SKUS = ", ".join(f"A-{at}" for at in range(90))
# Of these a file would be large.
TOO_MUCH = {
    "too_large": "#" * MOST_BYTES,
    "many_more": "".join(f"key-{at}: 1\n" for at in range(MOST_PROBLEMS + 1)),
    "too_many_patterns": "overrides:\n" + f"  - {{name: a, when: {{skus: [{SKUS}]}}, set: {{conditions: []}}}}\n" * 110,
}


def shown(file: Path) -> Iterator[str]:
    """All that the first lines of a file expect, `LINE:COLUMN: error: …`, each with the line and a caret under it."""
    lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    for told in (line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)):
        row, column, _ = told.split(":", 2)
        line = lines[int(row) - 1]
        yield f"{file.name}:{told}\n  {clean(line)}\n  {' ' * len(clean(line[: int(column) - 1]))}^"


def name_of(path: Path) -> str:
    return path.stem


def codes(text: str) -> list[str]:
    return [problem.code for problem in check_policy((HEAD + text).encode(), "p.yaml")[1]]


@pytest.mark.parametrize("file", [*EXAMPLES, *sorted(folder("policies").glob("*.yaml"))], ids=name_of)
def test_valid(file: Path) -> None:
    policy, problems = check_policy(file.read_bytes(), file.name)
    assert problems == ()
    assert policy is not None
    assert policy.name == yaml.safe_load(file.read_text("utf-8"))["name"]


@pytest.mark.parametrize("file", INVALID, ids=name_of)
def test_invalid(file: Path) -> None:
    policy, problems = check_policy(file.read_bytes(), file.name)
    assert policy is None
    assert [problem_text(problem.as_dict()) for problem in problems] == list(shown(file))


# What one policy file alone cannot have wrong: `tests.cli.test_policy_versions` and `test_policy_test` show it.
BETWEEN_FILES = {"version_twice", "one_date", "one_date_always", "promise_pinned", "promise_committed"}
OF_CASES = {
    "policy_not_here", "no_such_line", "no_such_file", "unknown_policy", "unknown_version", "came_out_otherwise",
    "case_not_decided",
}  # fmt: skip


def test_every_sentence_is_told_of_some_file() -> None:
    told = {problem.code for file in INVALID for problem in check_policy(file.read_bytes(), file.name)[1]}
    told |= {problem.code for file in UNDER for problem in reviewed(file.read_bytes(), file.name)}
    assert len(INVALID) >= 60
    told |= BETWEEN_FILES | OF_CASES
    assert set(SENTENCES) - told == set(TOO_MUCH), "and what no file should be large enough for"


@pytest.mark.parametrize("code", TOO_MUCH)
def test_too_much_is_told_and_nothing_more(code: str) -> None:
    problems = check_policy((HEAD + TOO_MUCH[code]).encode(), "p.yaml")[1]
    assert code in {problem.code for problem in problems}
    assert len(problems) <= MOST_PROBLEMS + 1


def test_a_policy_with_problems_is_refused_with_them() -> None:
    with pytest.raises(InvalidPolicy) as failure:
        read_policy(b"returnctl: policy/v1\nnmae: x\n", "shop.yaml")
    assert failure.value.facts["file"] == "shop.yaml"
    told: Any = json.loads(json.dumps(failure.value.facts["problems"]))
    assert [problem["code"] for problem in told] == ["missing_key"] * 4 + ["unknown_key"]
    assert told[-1] == {
        "file": "shop.yaml",
        "line": 2,
        "column": 1,
        "code": "unknown_key",
        "facts": {"key": "nmae", "allowed": told[-1]["facts"]["allowed"], "near": "name"},
        "path": "nmae",
        "text": "nmae: x",
        "severity": "error",
    }


def test_the_body_keeps_digits_dates_and_order() -> None:
    policy = read_policy(FULL, "full.yaml")
    assert list(policy.body)[:3] == ["returnctl", "name", "version"]
    assert policy.body["restocking_fee"]["max"] == {"USD": "15.00", "GBP": "12.00", "EUR": "14.00"}
    assert policy.body["effective"] == {"from": "2026-11-01"}
    assert (policy.source, policy.version) == ("full.yaml", 4)
    assert policy.places["return_window/days"] == 23
    assert policy.places["overrides/2/set/restocking_fee"] == 104
    json.dumps(policy.body, allow_nan=False)


@pytest.mark.parametrize("number", ["5.10", "0.00000001", "100"])
def test_plain_numbers_are_written_out(number: str) -> None:
    assert plain([Decimal(number)]) == [number]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("reasons", terms.Reasons),
        ("reject_reasons", dict[str, terms.Refusal]),
        ("refund", terms.RefundTerms),
        ("restocking_fee", terms.Fee),
        ("return_shipping", dict[Fault, terms.Freight]),
        ("inspection", terms.Inspection),
        ("return_window", terms.Window),
        ("deadlines", dict[str, terms.Deadline]),
        ("remind_before", terms.RemindBefore),
        ("auto_approve", tuple[terms.Rule, ...]),
        ("returnless", tuple[terms.Rule, ...]),
        ("limits", terms.Limits),
    ],
)
def test_the_body_fits_the_types_of_the_domain(key: str, kind: Any) -> None:
    body = read_policy(FULL, "full.yaml").body
    assert msgspec.convert(body[key], kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a map that merges into the file's needs only its own currencies
        ("restocking_fee: {flat: {USD: 1, GBP: 1, EUR: 1}}\noverrides: [{name: a, when: {faults: [buyer]}, "
         "set: {restocking_fee: {flat: {USD: 2}}}}]", []),
        # an override for a whole market may give what the file lacks, or charge nothing there
        ("restocking_fee: {flat: {USD: 1, GBP: 1}}\noverrides: [{name: a, when: {markets: [DE]}, "
         "set: {restocking_fee: {flat: {EUR: 2}}}}]", []),
        ("restocking_fee: {flat: {USD: 1, GBP: 1}}\noverrides: [{name: a, when: {markets: [DE]}, "
         "set: {restocking_fee: none}}]", []),
        ("restocking_fee: {flat: {USD: 1, GBP: 1}}\noverrides: [{name: a, when: {markets: [DE], faults: [buyer]}, "
         "set: {restocking_fee: none}}]", ["currency_missing"]),
        # a `when` that holds for one market needs that currency only
        ("overrides: [{name: a, when: {markets: [DE], total: {from: {EUR: 9}}}, set: {conditions: []}}]", []),
        ("overrides: [{name: a, when: {total: {from: {EUR: 9}}}, set: {conditions: []}}]", ["currency_missing"]),
    ],
)  # fmt: skip
def test_currencies(text: str, expected: object) -> None:
    assert codes(text) == expected


def overrides(*rows: str) -> str:
    return "overrides:\n" + "".join(f"  - {{name: o{at}, {row}}}\n" for at, row in enumerate(rows))


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("when: {faults: [buyer]}, set: {return_window: {days: 7}}",
         "when: {faults: [buyer]}, set: {return_window: {until: 2027-01-01}}", ["never_wins"]),
        ("when: {faults: [buyer]}, set: {return_window: {days: 7, end_on: any_day}}",
         "when: {faults: [buyer]}, set: {return_window: {days: 8}}", []),
        ("when: {skus: [LUMI-1*]}, set: {conditions: []}",
         "when: {skus: ['LUMI-*']}, set: {conditions: [unused]}", ["never_wins"]),
        ("when: {skus: ['LUMI-*']}, set: {conditions: []}",
         "when: {skus: [LUMI-1*]}, set: {conditions: [unused]}", []),
        ("when: {faults: [seller]}, set: {deadlines: {review: {days: 1}}}",
         "when: {faults: [seller]}, set: {deadlines: {review: {hours: 5}}}", ["never_wins"]),
        ("when: {faults: [seller]}, set: {deadlines: {review: {days: 1}}}",
         "when: {faults: [seller]}, set: {deadlines: {inspect: {days: 1}}}", []),
        ("when: {max_total: {USD: 5, GBP: 5, EUR: 5}}, set: {conditions: []}",
         "when: {max_total: {USD: 9, GBP: 9, EUR: 9}}, set: {conditions: []}", ["never_wins"]),
        ("when: {total: {from: {USD: 5, GBP: 5, EUR: 5}}}, set: {conditions: []}",
         "when: {total: {from: {USD: 9, GBP: 9, EUR: 9}}}, set: {conditions: []}", []),
        ("when: {ordered: {from: 2026-11-01, until: 2026-11-05}}, set: {return_window: none}",
         "when: {ordered: {from: 2026-11-01}}, set: {return_window: {days: 9}}", ["never_wins"]),
        ("when: {faults: [seller]}, set: {return_window: {days: 7}}",
         "when: {faults: [seller]}, set: {return_window: {days: 9}}, extend_only: true", []),
        ("when: {ordered: {from: 2026-11-01, until: 2026-11-05}}, set: {return_window: none}",
         "when: {ordered: {from: 2026-11-05, until: 2026-11-09}}, set: {return_window: {days: 9}}",
         ["seasons_overlap"]),
        ("when: {ordered: {from: 2026-11-01, until: 2026-11-05}}, set: {return_window: none}",
         "when: {ordered: {from: 2026-11-06, until: 2026-11-09}}, set: {return_window: {days: 9}}", []),
        ("when: {ordered: {until: 2026-11-05}}, set: {return_window: none}",
         "when: {ordered: {from: 2026-11-05}}, set: {conditions: []}", []),
        ("when: {ordered: {until: 2026-11-05}, markets: [US]}, set: {return_window: none}",
         "when: {ordered: {from: 2026-11-05}, markets: [GB]}, set: {return_window: none}", []),
        ("when: {ordered: {until: 2026-11-05}}, set: {return_window: {days: 60}}, extend_only: true",
         "when: {ordered: {from: 2026-11-05}}, set: {return_window: {days: 50}}, extend_only: true", []),
    ],
)  # fmt: skip
def test_overrides_against_each_other(earlier: str, later: str, expected: object) -> None:
    assert codes(overrides(earlier, later)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "holidays: KZ",  # no market, but the library knows it
        "reasons: {catalogue: {odd: {fault: buyer, types: [replacement]}}}\ntypes: [replacement]",
        "types: [return_and_refund]",  # the default reasons are not the file's fault
        "auto_approve: [{name: a, reasons: [damaged]}]\nreturnless: [{name: a, reasons: [lost_in_transit]}]",
        overrides("when: {faults: [buyer]}, set: {reasons: {catalogue: {damaged: {evidence: [photo]}}}}"),
        overrides("when: {faults: [buyer]}, set: {inspection: {grades: {dusty: {pays: 5}}, fail: dusty}}"),
        "restocking_fee: {flat: {USD: 1, GBP: 1, EUR: 1}}",
        "reject_reasons: {other: {}}",
    ],
)
def test_taken(text: str) -> None:
    assert codes(text) == []


@given(st.binary(max_size=200))
def test_any_bytes_are_a_policy_or_have_problems(data: bytes) -> None:
    policy, problems = check_policy(data, "p.yaml")
    assert policy is None
    assert problems


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


Dumper.add_representer(Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value)))


def dumped(tree: object) -> bytes:
    return yaml.dump(tree, allow_unicode=True, sort_keys=False, Dumper=Dumper).encode()


def spots(tree: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its keys or positions."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [spot for key, item in items for spot in [(tree, key), *spots(item)]]


ODD = ["none", "x", 0, -1, 10**9, Decimal("0.005"), True, [], {}, ["x", {}], {"x": []}, "2026-02-30", "{", [[1]], "US"]


ASKED = Asked(
    order=Order(
        id="1", market="US", currency="USD", buyer=Buyer("b"), ordered_at=datetime(2026, 11, 21, tzinfo=UTC), lines=()
    ),
    fault=Fault.BUYER,
    reason=None,
    total=Decimal(9),
)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """The full example with some of its parts deleted, replaced or added."""
    tree = read_yaml(FULL, "full.yaml").value
    for _ in range(draw(st.integers(1, 3))):
        part, key = draw(st.sampled_from(spots(tree)))
        deed = draw(st.sampled_from(["delete", "replace", "add"]))
        odd = deepcopy(draw(st.sampled_from(ODD)))
        if deed == "delete":
            del part[key]
        elif isinstance(part, list) and deed == "add":
            part.append(odd)
        else:
            names = st.sampled_from(["extra", "days", "USD", "when", "set", "name"])
            part[draw(names) if deed == "add" else key] = odd
    return dumped(tree)


def test_a_dump_is_as_valid_as_its_source() -> None:
    assert check_policy(dumped(read_yaml(FULL, "full.yaml").value), "p.yaml")[1] == ()


@settings(max_examples=300, deadline=None)
@given(mutations())
def test_any_mutation_is_valid_or_has_problems(data: bytes) -> None:
    """And what is valid can be used: its terms, its overrides one by one, hold together."""
    policy, problems = check_policy(data, "p.yaml")
    assert (policy is None) == bool(problems)
    assert all(problem_text(problem.as_dict()) for problem in (*problems, *reviewed(data, "p.yaml")))
    if policy:
        json.dumps(policy.body, allow_nan=False)
        overrides = policy.body.get("overrides", [])
        for applied in ([], overrides, *([override] for override in overrides)):
            always = [{**override, "when": {}} for override in applied]
            resolve(msgspec.structs.replace(policy, body={**policy.body, "overrides": always}), ASKED)
