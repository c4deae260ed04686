"""A year with a sweep every quarter of an hour, with outages, zones and holidays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.domain.year import DEFAULT, END, QUARTER, Lived, Span, a_year, ends, reminders, runs, spans

YEAR = a_year(200, 2026)
RUNS = frozenset(runs())
ACTIONS = {"approve": "approve", "reject": "reject", "expire": "expire", "pass": "inspect", "close": "close"}


def lived() -> list[tuple[Lived, Span]]:
    return [(life, span) for life in YEAR for span in spans(life.record)]


def term_of(life: Lived, action: str) -> dict[str, object]:
    return {**DEFAULT, **life.terms}[action]


def test_the_year_is_full() -> None:
    assert len(lived()) > 300
    assert {span.action for _, span in lived()} == set(DEFAULT)
    assert sum(len(span.reminded) for _, span in lived()) > 300


def test_every_deadline_that_stands_is_where_the_calendar_says() -> None:
    standing = [(life, list(spans(life.record))[-1]) for life in YEAR if life.record.due]
    assert len(standing) > 10
    for life, span in standing:
        assert life.record.due
        assert life.record.due.at == ends(term_of(life, span.action), span.opened, life.zone, life.country), life


@pytest.mark.parametrize("part", range(4))
def test_silence_is_swept_at_the_first_run_after_its_end(part: int) -> None:
    for life, span in lived()[part::4]:
        term = term_of(life, span.action)
        end, closed = ends(term, span.opened, life.zone, life.country), span.closed
        by_sweep = closed is not None and closed.role == "system" and closed.event in {*ACTIONS.values(), "escalate"}
        if by_sweep and closed:
            assert closed.at == min(run for run in RUNS if run >= end), (life.zone, span)
            assert ACTIONS.get(str(term["then"]), "escalate") == closed.event
        elif term["then"] != "remind" and end < END:
            # Somebody was faster, or no run has come since.
            latest = min((run for run in RUNS if run >= end), default=END)
            assert closed is None or closed.at <= latest, (life.zone, span)
            assert closed or latest == END, (life.zone, span)


@pytest.mark.parametrize("part", range(4))
def test_each_reminder_comes_once_at_the_run_that_it_calls_for(part: int) -> None:
    for life, span in lived()[part::4]:
        term = term_of(life, span.action)
        end = ends(term, span.opened, life.zone, life.country)
        assert list(span.reminded) == reminders(span, end, str(term["then"])), (life.zone, span, end)


def test_nothing_happens_while_cron_is_out() -> None:
    swept = [entry.at for life in YEAR for entry in life.record.history if entry.role == "system"]
    assert set(swept) <= RUNS
    assert max(b - a for a, b in zip(sorted(RUNS), sorted(RUNS)[1:], strict=False)) > timedelta(days=6) > QUARTER
