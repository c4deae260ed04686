from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnctl.errors import BadFile, BadRow, BadValue
from returnctl.readers.dates import find_pattern, pattern_named, read_instant

DAY, MONTH, YEAR = "dd/MM/yyyy", "MM/dd/yyyy", "yyyy-MM-dd"


@pytest.mark.parametrize(
    ("text", "zone", "pattern", "instant"),
    [
        ("20/10/2026 09:05:11", "Asia/Bangkok", DAY, "2026-10-20T02:05:11"),
        ("10/20/2026 09:05:11 AM", "America/Los_Angeles", MONTH, "2026-10-20T16:05:11"),
        ("10/20/2026 12:00:00 AM", "UTC", MONTH, "2026-10-20T00:00:00"),
        ("10/20/2026 12:00:00 PM", "UTC", MONTH, "2026-10-20T12:00:00"),
        ("10/20/2026 01:00:00 pm", "UTC", MONTH, "2026-10-20T13:00:00"),
        ("2026-10-20 09:05:11", "UTC", YEAR, "2026-10-20T09:05:11"),
        # as a spreadsheet shows them
        ("1/2/2026 9:05", "UTC", DAY, "2026-02-01T09:05:00"),
        ("1/2/2026 9:05", "UTC", MONTH, "2026-01-02T09:05:00"),
        # New York, the clocks: repeated hour, skipped hour
        ("11/01/2026 01:30:00", "America/New_York", MONTH, "2026-11-01T05:30:00"),
        ("11/01/2026 00:30:00", "America/New_York", MONTH, "2026-11-01T04:30:00"),
        ("11/01/2026 23:30:00", "America/New_York", MONTH, "2026-11-02T04:30:00"),
        ("03/08/2026 01:30:00", "America/New_York", MONTH, "2026-03-08T06:30:00"),
        ("03/08/2026 02:30:00", "America/New_York", MONTH, "2026-03-08T07:30:00"),
        ("03/08/2026 03:30:00", "America/New_York", MONTH, "2026-03-08T07:30:00"),
        # Cairo, whose clocks change at midnight: at the end of a day, and at its beginning
        ("29/10/2026 23:30:00", "Africa/Cairo", DAY, "2026-10-29T20:30:00"),
        ("24/04/2026 00:30:00", "Africa/Cairo", DAY, "2026-04-23T22:30:00"),
    ],
)
def test_instants(text: str, zone: str, pattern: str, instant: str) -> None:
    assert read_instant(text, zone, pattern) == datetime.fromisoformat(instant + "+00:00")


@pytest.mark.parametrize(
    "text",
    ["", "20/10/2026", "32/10/2026 09:05:11", "20/13/2026 09:05:11", "20/10/26 09:05:11", "20/10/2026 24:00:00",
     "20/10/2026 13:00:00 PM", "20/10/2026 00:10:00 AM", "20/10/2026 09:60:00", "20-10-2026 09:05:11", "46315.3",
     "29/02/2026 09:00:00", "20/10/1026 09:05:11", "20/10/9999 23:59:59", "２０/10/2026 09:05:11"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(BadRow) as refused:
        read_instant(text, "UTC", DAY)
    assert refused.value.facts["why"] == "bad_date"


@pytest.mark.parametrize(
    "text",
    ["2026-10-20T09:05:11Z", "2026-10-20T09:05:11.000z", "2026-10-20T09:05+08:00", "2026-10-20 09:05:11-0700",
     "20/10/2026 09:05:11 UTC"],
)  # fmt: skip
def test_a_zone_is_neither_dropped_nor_guessed_at(text: str) -> None:
    with pytest.raises(BadRow) as refused:
        read_instant(text, "UTC", YEAR)
    assert refused.value.facts["why"] == "zoned_date"


@pytest.mark.parametrize(
    ("samples", "pattern"),
    [
        (["01/02/2026 10:00:00", "13/02/2026 10:00:00"], DAY),
        (["01/02/2026 10:00:00 AM", "02/13/2026 10:00:00 AM"], MONTH),
        (["2026-01-02 10:00:00"], YEAR),
        (["13/02/2026 10:00:00", "", "soon", "99/99/2026"], DAY),
        (["11/11/2026 10:00:00", "11/11/2026 11:00:00"], DAY),
        ([], DAY),
    ],
)
def test_the_pattern_that_fits_the_whole_file(samples: list[str], pattern: str) -> None:
    assert find_pattern(samples) == pattern


@pytest.mark.parametrize(
    ("samples", "stated", "why"),
    [
        (["01/02/2026 10:00:00", "11/11/2026 10:00:00"], None, "ambiguous_dates"),
        (["01/02/2026 10:00:00 AM"], None, "ambiguous_dates"),
        (["13/02/2026 10:00:00", "02/13/2026 10:00:00"], None, "contradictory_dates"),
        (["2026-01-02 10:00:00", "02/13/2026 10:00:00"], None, "contradictory_dates"),
        (["01/02/2026 10:00:00", "13/02/2026 10:00:00"], MONTH, "dates_disagree"),
        (["01/02/2026 10:00:00", "2026-02-13 10:00:00"], MONTH, "dates_disagree"),
    ],
)
def test_files_that_leave_none_or_two(samples: list[str], stated: str | None, why: str) -> None:
    with pytest.raises(BadFile) as refused:
        find_pattern(samples, "x.csv", stated)
    assert refused.value.facts["why"] == why


def test_a_stated_pattern_settles_it() -> None:
    assert find_pattern(["01/02/2026 10:00:00"], "x", "MM/dd/yyyy hh:mm:ss AM") == MONTH
    assert find_pattern(["2026-02-01 10:00:00"], "x", MONTH) == "yyyy-MM-dd"
    with pytest.raises(BadValue):
        pattern_named("mm-dd")


@given(st.integers(0, 199 * 365 * 86_400), st.sampled_from([DAY, MONTH]))
def test_what_an_export_writes_comes_back(seconds: int, pattern: str) -> None:
    local = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    form = "%d/%m/%Y %H:%M:%S" if pattern == DAY else "%m/%d/%Y %I:%M:%S %p"
    assert read_instant(local.strftime(form), "UTC", pattern) == local
