"""Paying back."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.answer import answer
from returnctl.cli.group import Command, typed_ids
from returnctl.cli.options import Wanted, option
from returnctl.cli.values import REAL
from returnctl.cli.verbs import Ids, ids_or_file, nothing_to_do, of_rows
from returnctl.errors import BadValue
from returnctl.output.words import mark


@click.command(cls=Command)
@ids_or_file
@option("--reference", metavar="TXN", type=REAL, help=mark("The payment was made: the provider's number of it."))
@option("--paid", is_flag=True, help=mark("The payment was made, and there is no number."))
@option("--amount", metavar="AMOUNT", help=mark("Part of what is due (default: all)."))
@option("--method", metavar="METHOD", help=mark("One that the policy offers, such as store_credit."))
@option("--final", is_flag=True, help=mark("Settle for this amount; --note keeps the buyer's consent."))
@option("--retry", is_flag=True, help=mark("Ask the hook again, with the same payment key."))
@option("--failed", metavar="WHY", help=mark("The payment that was begun was not made."))
@option("--note", default="", help=mark("Kept with the payment."))
@of_rows
def refund(wanted: Wanted, /, ids: Ids, **said: Any) -> int:
    from returnctl.shop.refunding import Payment, refund

    words = typed_ids(ids)
    _refuse_contradictions(words, said)
    if not words:
        return nothing_to_do(wanted)
    road, payment = wanted.road(), Payment(**said)
    return answer(wanted, [refund(road, word, payment) for word in words])


def _refuse_contradictions(words: Ids, said: dict[str, Any]) -> None:
    """One payment has one outcome, and one number of the provider. Raises BadValue."""
    if said["reference"] is not None and len(words) > 1:
        raise BadValue(what="--reference", value=said["reference"], wanted="one_return")
    told = [
        "--reference" if said["reference"] or said["paid"] else "",
        "--failed" if said["failed"] is not None else "",
    ]
    told = [option for option in (*told, "--retry" if said["retry"] and not told[0] else "") if option]
    if len(told) > 1:
        raise BadValue(what=told[0], value=" ".join(told), wanted="one_outcome")
    if said["retry"] and said["amount"] is not None:
        raise BadValue(what="--amount", value=said["amount"], wanted="pending_amount")
