"""What came of `policy test`: for people, for programs, and as JUnit XML for what runs in a pipeline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from returnctl.output.clean import clean
from returnctl.output.failures import failure_json
from returnctl.output.forms import labelled
from returnctl.output.problems import problem_text
from returnctl.output.rows import aligned
from returnctl.output.words import mark, say

Row = Mapping[str, Any]

_COLUMNS = (mark("what"), mark("expected"), mark("came out"), mark("expected at"), mark("decided at"))
# XML 1.0 has no place for these, however they are written.
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(rows: Sequence[Row], problems: Sequence[Row], files: int) -> Iterator[str]:
    """Each case that came out otherwise with expected and actual side by side, then the problems, then the sum."""
    for row in rows:
        if row["outcome"] != "passed":
            yield f"{_place(row)}: {clean(row['name'])}\n{_why(row)}\n\n"
    for problem in problems:
        yield problem_text(problem) + "\n"
    yield _sum(rows, problems, files) + "\n"


def _place(row: Row) -> str:
    return f"{clean(row['file'])}:{row['line']}:{row['column']}"


def _why(row: Row) -> str:
    if row["error"]:
        return "  " + say("it could not be decided: {why}", why=row["error"]["message"])
    lines = aligned([_cells(row, each) for each in row["differences"]], [say(column) for column in _COLUMNS])
    return "\n".join(f"  {line}".rstrip() for line in lines.splitlines())


def _cells(row: Row, difference: Row) -> list[str]:
    told = f"{row['file']}:{difference['line']}:{difference['column']}"
    key, actual = difference["key"], _shown(difference["actual"])
    if key == "eligible" and row["failed"]:
        actual = labelled(actual, ", ".join(row["failed"]))
    cells = (key.replace("/", "."), _shown(difference["expected"]), actual, told, difference["at"] or "-")
    return [clean(cell) for cell in cells]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sum(rows: Sequence[Row], problems: Sequence[Row], files: int) -> str:
    otherwise = sum(row["outcome"] != "passed" for row in rows)
    if problems:
        text = mark("{files} files, {cases} cases: {failed} came out otherwise; {problems} problems.")
        return say(text, files=files, cases=len(rows), failed=otherwise, problems=len(problems))
    if otherwise:
        return say(
            "{files} files, {cases} cases: {failed} came out otherwise.", files=files, cases=len(rows), failed=otherwise
        )
    return say("{files} files, {cases} cases, all as expected.", files=files, cases=len(rows))


def as_json(rows: Sequence[Row], problems: Sequence[Row], files: int) -> str:
    import msgspec

    from returnctl.output.problems import sentence

    failed = sum(row["outcome"] != "passed" for row in rows)
    body = {
        "returnctl": "policy-test-result/v1",
        "cases": rows,
        "problems": [{**problem, "message": sentence(problem)} for problem in problems],
        "summary": {"files": files, "cases": len(rows), "failed": failed, "problems": len(problems)},
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2).decode() + "\n"


def error_of(code: str, exit_code: int, facts: dict[str, Any]) -> dict[str, Any]:
    return failure_json({"code": code, "exit": exit_code, "facts": facts})


def as_problems(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """What came out otherwise, each at the place where it is expected."""
    for row in rows:
        if row["error"]:
            facts = {"why": row["error"]["message"], "name": row["name"]}
            yield _problem(row, row, "case_not_decided", facts)
        for each in row["differences"]:
            facts = {"key": each["key"].replace("/", "."), "at": each["at"] or "-", "name": row["name"]}
            facts |= {name: _shown(each[name]) for name in ("expected", "actual")}
            yield _problem(row, each, "came_out_otherwise", facts)


def _problem(row: Row, place: Row, code: str, facts: dict[str, Any]) -> dict[str, Any]:
    where = {"file": row["file"], "line": place["line"], "column": place["column"]}
    return {**where, "code": code, "facts": facts, "path": "", "text": "", "severity": "error"}


# --- JUnit


def junit(rows: Sequence[Row], problems: Sequence[Row]) -> bytes:
    """A suite a file, a case a case; what is wrong with a file is an error in it."""
    from xml.etree import ElementTree as ET

    whole = ET.Element("testsuites", {"name": "returnctl policy test", **_counts(rows, problems)})
    for file in dict.fromkeys(str(each["file"]) for each in (*rows, *problems)):
        mine, faults = ([x for x in every if x["file"] == file] for every in (rows, problems))
        suite = ET.SubElement(whole, "testsuite", {"name": _xml(file), **_counts(mine, faults)})
        for row in mine:
            _case(ET.SubElement(suite, "testcase", _named(file, row["name"], row["policy"])), row)
        for fault in faults:
            _fault(ET.SubElement(suite, "testcase", _named(file, problem_text(fault).splitlines()[0], "")), fault)
    ET.indent(whole)
    written: bytes = ET.tostring(whole, "utf-8", xml_declaration=True)
    return written + b"\n"


def _counts(rows: Sequence[Row], problems: Sequence[Row]) -> dict[str, str]:
    failed, errors = (sum(row["outcome"] == outcome for row in rows) for outcome in ("failed", "error"))
    counts = {"tests": len(rows) + len(problems), "failures": failed, "errors": errors + len(problems), "time": 0}
    return {name: str(count) for name, count in counts.items()}


def _named(file: str, name: str, policy: str) -> dict[str, str]:
    return {"name": _xml(name), "classname": _xml(policy or file), "file": _xml(file), "time": "0"}


def _case(case: Any, row: Row) -> None:  # noqa: ANN401 - an element
    from xml.etree import ElementTree as ET

    if row["outcome"] == "passed":
        return
    kind = "error" if row["error"] else "failure"
    first = row["error"]["message"] if row["error"] else ", ".join(each["key"] for each in row["differences"])
    ET.SubElement(case, kind, message=_xml(first), type=kind).text = _xml(f"{_place(row)}\n{_why(row)}")


def _fault(case: Any, fault: Row) -> None:  # noqa: ANN401
    from xml.etree import ElementTree as ET

    told = problem_text(fault)
    ET.SubElement(case, "error", message=_xml(told.splitlines()[0]), type=fault["code"]).text = _xml(told)


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
