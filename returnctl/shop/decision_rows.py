"""The rows of a file of decisions: a sheet that was filled in, or requests with the names of the options."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from returnctl.errors import BadFile, BadRow
from returnctl.output import decision_words
from returnctl.readers.fields import is_rounded
from returnctl.readers.intake import placed, shortened
from returnctl.shop.bulk import open_rows
from returnctl.shop.deciding import Row
from returnctl.shop.decision_commands import COMMANDS, Asked, Seen
from returnctl.shop.row_values import When, converted, said

# What a formula of a spreadsheet leaves where it failed.
ERRORS = frozenset("#N/A #REF! #NAME? #VALUE! #DIV/0! #NULL! #NUM! #GETTING_DATA #SPILL! #CALC!".split())
# What a sheet shows of a return, which is no request: all that `list`, `todo` and `export` write.
SHOWN = frozenset(
    "state type order account reason due due.action due.by due.at due.then total currency updated group owed next tell "
    "in_seller_center carry_out disagrees external "
    "reason_note fault buyer failed_rules skus units applied refunded policy policy_version revision line sku title "
    "requested approved received".split()
)
_OF_EVERY_ROW = ("id", "key")
# Long numbers, which a spreadsheet rounds.
_NUMBERS = frozenset({"id", "key", "reference", "tracking", "case"})
_SHORT = {"pass": "inspect pass", "fail": "inspect fail"}
_ZONED = re.compile(r"(.+) \(([^()]+)\)")


class DecisionRows:
    """Those of one command, or of each that the rows name; `given` stands for what a row leaves out.

    `left` counts what was left alone: rows with another decision, or none.
    """

    def __init__(self, file: str, command: str | None, given: Mapping[str, Any], when: When) -> None:
        self._file, self._command, self._given, self._when = file, command, given, when
        self.left = 0

    def __iter__(self) -> Iterator[Row]:
        """Raises BadFile."""
        columns, rows = open_rows(self._file, "id")
        names = Counter(_name(column)[0] for column in columns or ())
        if columns is not None:
            self._check(names)
        for number, values in rows:
            try:
                row = self._row(number, values, decided="decision" in names)
            except BadRow as problem:
                row = Row(number, self._command or "", problem)
            if row is None:
                self.left += 1
            else:
                yield row

    def _check(self, names: Counter[str]) -> None:
        if "decision" not in names and ("state" in names or not self._command):
            raise BadFile(file=self._file, why="no_decisions")

    def _row(self, number: int, values: Any, *, decided: bool) -> Row | None:  # noqa: ANN401
        if isinstance(values, BadRow):
            raise values
        if not isinstance(values, dict):
            raise self._bad(number, "", "not_an_object", values)
        told = said({_name(key)[0]: value for key, value in values.items()})
        # A row of a list names its state, and asks for nothing unless it says so.
        decided = decided or any(_name(key)[0] in ("decision", "state") for key in values)
        if not decided:
            return self._asked(number, self._named(number, self._command), _renamed(told), Seen())
        typed = str(told.pop("decision", ""))
        word = decision_words.read(typed)
        name, _, verdict = _SHORT.get(word, word).partition(" ")
        if not name or (self._command and name in COMMANDS and name != self._command):
            return None
        asked = {key: value for key, value in told.items() if key not in self._shown(name)}
        asked |= {"verdict": verdict} if verdict else {}
        return self._asked(number, self._named(number, name, typed), asked, _seen(values, told))

    def _shown(self, name: str) -> frozenset[str]:
        """A sheet shows the tracking number that is known; only a parcel's own command takes one."""
        return SHOWN if name in ("ship", "replace") else SHOWN | {"tracking"}

    def _named(self, number: int, name: str | None, typed: str = "") -> str:
        if not name or name not in COMMANDS:
            why = "missing" if not name else "error_cell" if typed in ERRORS else "unknown_decision"
            raise self._bad(number, "decision", why, typed, known=[*COMMANDS, *_SHORT])
        return name

    def _asked(self, number: int, name: str, told: dict[str, Any], seen: Seen) -> Row:
        takes = (*_OF_EVERY_ROW, *COMMANDS[name].takes)
        for key, value in told.items():
            if key not in takes:
                raise self._bad(number, key, "unknown_field", key, known=list(takes))
            if isinstance(value, str) and value in ERRORS:
                raise self._bad(number, key, "error_cell", value)
            if key in _NUMBERS and is_rounded(str(value)):
                raise self._bad(number, key, "rounded_cell", value)
        if not told.get("id"):
            raise self._bad(number, "id", "missing", "")
        given = {key: value for key, value in self._given.items() if key in takes}
        try:
            asked = converted(given | _read(told), Asked, self._when, strict=False)
        except BadRow as problem:
            raise placed(problem, file=self._file, row=number) from None
        return Row(number, name, msgspec.structs.replace(asked, seen=seen))

    def _bad(self, number: int, column: str, why: str, value: object, **facts: object) -> BadRow:
        return BadRow(file=self._file, row=number, column=column, why=why, value=shortened(value), **facts)


@lru_cache(1024)
def _name(column: str) -> tuple[str, str]:
    """`updated (Asia/Bangkok)`: the name, and the zone that it tells."""
    found = _ZONED.fullmatch(column.strip())
    return (found[1].casefold(), found[2]) if found else (column.strip().casefold(), "")


def _seen(columns: Iterable[str], told: Mapping[str, Any]) -> Seen:
    """The return as the row shows it."""
    zones = {name: zone for name, zone in map(_name, columns) if zone}
    revision, updated, currency = (str(told.get(name, "")) for name in ("revision", "updated", "currency"))
    return Seen(revision, updated, zones.get("updated", ""), currency)


def _renamed(told: dict[str, Any]) -> dict[str, Any]:
    """Without a decision nothing is shown of the return, so `reason` is the option."""
    return {"reason_code" if key == "reason" else key: value for key, value in told.items()}


def _read(told: dict[str, Any]) -> dict[str, Any]:
    """What stands in one cell: grades as `LINE=GRADE:QTY`; an id behind the mark that kept it text."""
    read = told | {"id": str(told["id"]).removeprefix("'")}
    if isinstance(told.get("grades"), str):
        read["grades"] = _grades(told["grades"])
    return read


def _grades(cell: str) -> Any:  # noqa: ANN401
    """What is not of the form stays text, which the types refuse."""
    grades: dict[str, dict[str, str | None]] = {}
    for each in cell.split():
        line, given, rest = each.partition("=")
        grade, _, units = rest.partition(":")
        if not (line and given and grade) or grade in grades.get(line, ()):
            return cell
        grades.setdefault(line, {})[grade] = units or None
    return grades
