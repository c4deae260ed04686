"""The clock is read once a command, in whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time

from returnctl.cli.options import Wanted


def test_it_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETURNCTL_NOW", raising=False)
    wanted = Wanted()
    with freeze_time("2026-11-22 10:00:00.900") as clock:
        first = wanted.read_clock()
        clock.tick(60)
        assert wanted.read_clock() == first == datetime(2026, 11, 22, 10, tzinfo=UTC)
        assert Wanted().read_clock() == datetime(2026, 11, 22, 10, 1, tzinfo=UTC)


def test_what_is_told_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNCTL_NOW", "2026-11-22T10:00:00Z")
    wanted = Wanted()
    assert wanted.read_clock() == datetime(2026, 11, 22, 10, tzinfo=UTC)
    wanted = Wanted()
    wanted.now = "2d"
    assert wanted.read_clock() > datetime(2026, 11, 1, tzinfo=UTC)


def test_what_goes_on_for_hours_reads_it_again(monkeypatch: pytest.MonkeyPatch, shop: Path) -> None:
    monkeypatch.setenv("RETURNCTL_NOW", "2026-11-22T10:00:00Z")
    wanted = Wanted()
    wanted.shop = str(shop)
    first = wanted.road_now().request.now
    monkeypatch.setenv("RETURNCTL_NOW", "2026-11-22T10:01:00Z")
    assert (wanted.road().request.now, wanted.road_now().request.now) == (first, first + timedelta(minutes=1))
