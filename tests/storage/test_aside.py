"""Orders that a dry run keeps beside the shop."""

from __future__ import annotations

import resource
from tempfile import gettempdir

import pytest
from msgspec.structs import replace

from returnctl.domain.order import Order
from returnctl.errors import SystemFailure
from returnctl.storage.aside import Aside
from tests.builders import an_order, as_order

ORDER = as_order(an_order())
OTHER = replace(ORDER, id="576461413038780009")


def there_and_back(aside: Aside[Order]) -> Order | None:
    aside[ORDER.id] = ORDER
    return aside.get(ORDER.id)


def test_an_order_is_as_it_was_put_last() -> None:
    newer = replace(ORDER, account="us-main")
    with Aside(Order) as aside:
        for order in (ORDER, OTHER, newer):
            aside[order.id] = order
        assert [aside.get(order.id) for order in (ORDER, OTHER)] == [newer, OTHER]


def test_others_are_not_here() -> None:
    with Aside(Order) as aside:
        assert aside.get(ORDER.id) is None


def test_a_full_disk_is_told_by_its_folder() -> None:
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Aside(Order) as aside:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, most[1]))
        try:
            with pytest.raises(SystemFailure) as refused:
                there_and_back(aside)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert refused.value.facts == {"path": gettempdir(), "why": "File too large"}
