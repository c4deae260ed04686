"""Paying back."""

from __future__ import annotations

from typing import Any

import click

from returnctl.cli.answer import answer
from returnctl.cli.group import Command, one_or_file
from returnctl.cli.options import Wanted, everywhere, option, pass_wanted, writing
from returnctl.cli.verbs import Ids, ids
from returnctl.output.words import mark


@click.command(cls=Command)
@ids
@option("--reference", metavar="TXN", help=mark("The payment was made: the provider's number of it."))
@option("--paid", is_flag=True, help=mark("The payment was made, and there is no number."))
@option("--amount", metavar="AMOUNT", help=mark("Part of what is due (default: all)."))
@option("--method", metavar="METHOD", help=mark("One that the policy offers, such as store_credit."))
@option("--final", is_flag=True, help=mark("Settle for this amount; --note keeps the buyer's consent."))
@option("--retry", is_flag=True, help=mark("Ask the hook again, with the same payment key."))
@option("--failed", metavar="WHY", help=mark("The payment that was begun was not made."))
@option("--note", default="", help=mark("Kept with the payment."))
@writing
@everywhere
@pass_wanted
def refund(wanted: Wanted, /, ids: Ids, **said: Any) -> int:
    from returnctl.shop.refunding import Payment, refund

    road, payment = wanted.road(), Payment(**said)
    return answer(wanted, [refund(road, word, payment) for word in one_or_file(ids, None)])
