"""What the bench says: to people a few lines for each parcel, to programs each result as soon as it is there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

from returnctl.cli.answer import kept_going, mention, painted, plain, put, tell, written_out
from returnctl.cli.options import Wanted
from returnctl.domain.bench import InHand
from returnctl.errors import Ambiguous, Failure, Interrupted, WrongState
from returnctl.output import bench as text
from returnctl.output import results as words
from returnctl.output.words import say
from returnctl.shop import bench
from returnctl.shop.road import Done

_BELL = "\a"
_RED, _GREEN, _YELLOW, _BOLD, _FAINT = 31, 32, 33, 1, 2


class Talk:
    """`results` are kept without their records: there may be a day's."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.results: list[Done] = []
        self._skipped = 0
        self._for_people = wanted.format == "table"

    # --- beside the results, where somebody sees it

    def welcome(self) -> None:
        if sys.stderr.isatty() and not self.wanted.quiet:
            mention(say("Scan one parcel after the other, or type ids. Ctrl-D ends."))

    def ask(self, prompt: str) -> None:
        if sys.stderr.isatty():
            self._write(painted(f"{prompt}> ", _BOLD))

    def end_line(self) -> None:
        """Ctrl-D and Ctrl-C leave the line open."""
        if sys.stderr.isatty():
            self._write("\n")

    def show(self, found: InHand) -> None:
        """What the question is about."""
        if not self.wanted.quiet:
            mention(painted(text.heading(found), _BOLD))
            mention(text.to_inspect(found, _columns(), lambda label: painted(label, _FAINT)))

    def complain(self, failure: Failure | None) -> None:
        """A wrong answer; it is asked for again."""
        if failure:
            self._bell()
            mention(f"{painted(say('error:'), _RED)} {text.what(failure)}")

    def skip(self) -> None:
        self._skipped += 1

    def _bell(self) -> None:
        if sys.stderr.isatty():
            self._write(_BELL)

    def _write(self, written: str) -> None:
        with suppress(OSError):
            sys.stderr.write(written)
            sys.stderr.flush()

    @property
    def _zone(self) -> str:
        return self.wanted.find_shop().settings.timezone

    # --- results

    def tell(self, came: Iterable[Done]) -> None:
        if self._for_people:
            for done in self._kept(came):
                with kept_going():
                    self._say(done)
            return
        for piece in written_out(self.wanted, self._kept(came)):
            with kept_going():
                put([piece])
        first = next((done.failure for done in self.results if done.failure), None)
        if first:
            tell(first, as_json=self.wanted.format == "json")

    def close(self, *, interrupted: bool) -> None:
        """How many they were."""
        if self._for_people and not self.wanted.quiet:
            outcomes = (done.result.outcome for done in self.results)
            with kept_going():
                put([text.count(self.wanted.command, outcomes, self._skipped) + "\n"])
        as_json = self.wanted.format == "json"
        if interrupted and not (as_json and any(done.failure for done in self.results)):
            tell(Interrupted(), as_json=as_json)

    def _kept(self, came: Iterable[Done]) -> Iterator[Done]:
        for done in came:
            self.results.append(Done(done.result, failure=done.failure))
            if done.result.outcome == "unchanged" or (done.failure and not self._for_people):
                self._bell()
            yield done

    def _say(self, done: Done) -> None:
        if done.failure:
            self._refuse(done.failure)
            return
        for code in done.result.warnings:
            mention(say("warning: {text}", text=words.warning(code)))
        if not self.wanted.quiet:
            put(f"{line}\n" for line in self._lines(done))

    def _refuse(self, failure: Failure) -> None:
        """With what helps the person at the bench: to choose among several, or to know who had it before."""
        more = ""
        with suppress(Failure):
            if isinstance(failure, Ambiguous):
                more = text.choices(bench.meant(self.wanted.road_now(), failure), _columns())
            elif isinstance(failure, WrongState):
                (record,) = bench.meant(self.wanted.road_now(), failure)
                more = text.came_before(record, self.wanted.command, self._zone)
        if more:
            self.complain(failure)
            mention(more)
        else:
            self._bell()
            tell(failure, as_json=False)

    def _lines(self, done: Done) -> Iterator[str]:
        record = done.record
        if record is None:
            return
        if done.result.outcome == "unchanged":
            yield painted(text.already(record, self.wanted.command, self._zone), _YELLOW, sys.stdout)
            return
        head = next(words.lines(plain(done), self.wanted.read_clock(), None, None, record))
        yield painted(head, _GREEN, sys.stdout)
        if "grade_without_evidence" in done.result.warnings:
            yield f"  returnctl attach {record.id} FILE"
        if self.wanted.command == "receive":
            with suppress(Failure):  # it was booked all the same
                found = bench.arrived(self.wanted.road_now(), record)
                hint = done.result.outcome == "done" and "inspect" not in done.result.events
                yield text.received(found, _columns(), _faint, hint=hint)


def _faint(label: str) -> str:
    return painted(label, _FAINT, sys.stdout)


def _columns() -> int:
    return shutil.get_terminal_size().columns
