"""When the buyer's time to apply begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime

from returnctl.domain.calendar import (
    DAY,
    WorkCalendar,
    after_days,
    after_working_days,
    end_of,
    later_local_days,
    moved_to_working_day,
)
from returnctl.domain.order import Order
from returnctl.domain.policy import Fallback, Window

FOREVER = datetime.max.replace(tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)


def event_at(window: Window, order: Order) -> datetime | None:
    """The start event, or the one that stands in for a delivery that nobody reported; None: it has not happened."""
    happened = {"ordered": order.ordered_at, "shipped": order.shipped_at, "delivered": order.delivered_at}
    return happened[starts(window, order)]


def starts(window: Window, order: Order) -> str:
    """The name of that event."""
    stand_in = _stand_in(window, order)
    return stand_in.starts if stand_in else window.starts


def starts_at(window: Window, order: Order, zone: str) -> datetime | None:
    """Where the counting begins: at the event, or some days after what stands in for it."""
    event, stand_in = event_at(window, order), _stand_in(window, order)
    return later_local_days(event, stand_in.add_days, zone) if event and stand_in else event


def _stand_in(window: Window, order: Order) -> Fallback | None:
    return window.if_not_delivered if window.starts == "delivered" and not order.delivered_at else None


def ends_at(window: Window, start: datetime, zone: str, days: WorkCalendar) -> datetime:
    """The instant at which it is over: UTC, FOREVER for an unlimited window, NEVER for none."""
    if window.unlimited:
        return FOREVER
    if window.none:
        return NEVER
    end = plain_end(window, start, zone, days)
    return moved_to_working_day(end, zone, days) if window.end_on == "working_day" else end


def plain_end(window: Window, start: datetime, zone: str, days: WorkCalendar) -> datetime:
    """Before an end on a weekend or a holiday moves on."""
    if window.until:
        return end_of(window.until, zone)
    count = window.days or 0
    if window.count == "elapsed_days":
        return start + count * DAY
    if window.count == "working_days":
        return after_working_days(start, count, zone, days)
    return after_days(start, count, zone)
