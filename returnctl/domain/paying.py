"""Paying a refund back: the intent, then its outcome, as separate events, so that a retry never pays twice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from returnctl.domain.case import Case, Decision, Moment
from returnctl.domain.money import ZERO, Money, nothing, rounded
from returnctl.domain.owed import attempt
from returnctl.domain.paid_back import with_payment
from returnctl.domain.record import Refund, RequestKey, Return, unpaid
from returnctl.domain.refund import left, tenders
from returnctl.domain.states import Event, State
from returnctl.domain.step import check, stay, step, unchanged, wrong_state
from returnctl.errors import KeyUsed, NoProofOfPayment, NothingGiven, NotOffered, TooMuchMoney, WrongState

STORE_CREDIT = "store_credit"


def intend(
    case: Case, moment: Moment, *, amount: Decimal | None = None, method: str | None = None, final: bool = False,
    note: str = "", request: RequestKey | None = None, because: Mapping[str, str] | None = None,
) -> Decision:  # fmt: skip
    """Begin a payment: all that is still due, or `amount` of it; `final` settles for it, with the buyer's consent.

    Raises WrongState, Frozen, TooMuchMoney, NotOffered, NothingGiven.
    """
    record = case.stored
    check(record, Event.REFUND)
    paid = _priced(case, _asked(case, amount))
    if final and paid.amount < unpaid(record) and not note:
        raise NothingGiven(id=record.id, wanted="consent")
    method = _offered(case, method)
    refund = Refund(
        key=f"{case.shop_id}/{record.id}/refund/{len(record.refunds) + 1}", at=case.at(moment), amount=paid.amount,
        net=paid.net, tax=paid.tax, method=method, final=final, request=request,
        tenders=() if method == STORE_CREDIT else tenders(case.order, (record, *case.others), paid.amount),
    )  # fmt: skip
    facts = {**(because or {}), "amount": str(refund.amount), "method": method} | ({"note": note} if note else {})
    return step(case, Event.REFUND, State.REFUNDING, moment, facts, refunds=(*record.refunds, refund))


def _asked(case: Case, amount: Decimal | None) -> Decimal:
    """No more than is still due, and no more than the order still bears."""
    record = case.stored
    due = unpaid(record)
    most = rounded(max(ZERO, min(due, left(case.order, (record, *case.others)))), record.currency)
    asked = due if amount is None else amount
    if not ZERO < asked <= most:
        raise TooMuchMoney(id=record.id, asked=str(asked), most=str(most), currency=record.currency)
    return asked


def _priced(case: Case, amount: Decimal) -> Money:
    """Net and tax of a part: its tax in proportion, never beyond what is left of either.

    So the payment that completes the breakdown takes what is left of both.
    """
    record = case.stored
    if record.breakdown is None:
        raise TypeError("money is due by a breakdown")
    total = Money(record.currency, record.breakdown.net, record.breakdown.tax)
    rest = total - record.refunded()
    tax = min(max(total.carve(amount).tax, amount - rest.net), rest.tax)
    return Money(record.currency, amount - tax, tax)


def _offered(case: Case, method: str | None) -> str:
    offered = case.rules().terms.refund.methods
    if method is not None and method not in offered:
        raise NotOffered(id=case.stored.id, what="refund_method", value=method, offered=list(offered))
    return method or offered[0]


def confirm(case: Case, moment: Moment, *, reference: str | None = None, confirmed: Decimal | None = None) -> Decision:
    """The payment was made, of the amount that the provider confirms.

    Raises WrongState, KeyUsed where the reference stands for another payment.
    """
    check(case.stored, Event.CONFIRM)
    _fresh(case, reference)
    return _confirmed(case, moment, reference, confirmed)


def _confirmed(case: Case, moment: Moment, reference: str | None, confirmed: Decimal | None = None) -> Decision:
    record = case.stored
    pending = _pending(record)
    paid = _paid(record, pending.amount if confirmed is None else confirmed)
    record = with_payment(case, _with(record, replace(paid, status="confirmed", reference=reference)))
    to = State.REFUNDED if paid.final or unpaid(record) <= 0 else State.REFUND_DUE
    facts = {"amount": str(paid.confirmed)} | ({"reference": reference} if reference else {})
    return step(case, Event.CONFIRM, to, moment, facts, refunds=record.refunds)


def _pending(record: Return) -> Refund:
    return next(each for each in record.refunds if each.status == "pending")


def _with(record: Return, refund: Refund) -> Return:
    """With one payment as it stands now; which one tells its key."""
    return replace(record, refunds=tuple(refund if each.key == refund.key else each for each in record.refunds))


def _paid(record: Return, confirmed: Decimal) -> Refund:
    """The pending payment as the provider made it; what was asked for stays beside it."""
    pending = _pending(record)
    money = Money(record.currency, pending.net, pending.tax)
    if confirmed != pending.amount:
        money = money.carve(confirmed)
    return replace(pending, net=money.net, tax=money.tax, confirmed=confirmed)


def paid_by_hook(case: Case, moment: Moment, *, key: str, reference: str | None) -> Decision:
    """The hook says that it paid `key`, whatever people said of it meanwhile: money that left is never forgotten."""
    record = case.stored
    payment = next(each for each in record.refunds if each.key == key)
    if payment.status == "pending":
        return _confirmed(case, moment, reference)
    if payment.status == "confirmed" and payment.reference == reference:
        return unchanged(case)
    if payment.status == "failed" and record.state is State.REFUND_DUE and payment.amount <= unpaid(record):
        again = _with(record, replace(payment, status="pending", why=None)).refunds
        first = step(case, Event.REFUND, State.REFUNDING, moment, {"amount": str(payment.amount)}, refunds=again)
        return first.then(case, _confirmed, moment, reference)
    return _paid_beside(case, moment, payment, reference)


def _paid_beside(case: Case, moment: Moment, payment: Refund, reference: str | None) -> Decision:
    """Money that left although it was booked as failed, or was paid by hand meanwhile: kept, and warned of."""
    booked = payment
    if payment.status == "failed":
        booked = replace(payment, status="confirmed", reference=reference, confirmed=payment.amount, why=None)
    facts = {"text": f"hooks/refund paid {payment.key}: {reference}"}
    decision = stay(case, Event.NOTE, moment, facts, refunds=_with(case.stored, booked).refunds)
    return replace(decision, warnings=(*decision.warnings, "paid_twice"))


def failed_by_hook(case: Case, moment: Moment, *, key: str, why: str) -> Decision:
    """The hook declined `key`; nothing follows where that is not the payment that is waited for."""
    pending = [each.key for each in case.stored.refunds if each.status == "pending"]
    return fail(case, moment, why=why) if key in pending else unchanged(case)


def never_asked(case: Case, moment: Moment, *, key: str, why: str) -> Decision:
    """The hook could not be started: a failure, unless it was asked for the same payment another time."""
    tried_once = any(each.key == key and each.attempts == 1 for each in case.stored.refunds)
    return failed_by_hook(case, moment, key=key, why=why) if tried_once else unchanged(case)


def fail(case: Case, moment: Moment, *, why: str) -> Decision:
    """It was not paid, for good: the money is due again, less what a platform paid meanwhile. Raises WrongState."""
    check(case.stored, Event.FAIL)
    failed = replace(_pending(case.stored), status="failed", why=why)
    refunds = with_payment(case, _with(case.stored, failed)).refunds
    return step(case, Event.FAIL, State.REFUND_DUE, moment, {"why": why}, refunds=refunds)


def begin(
    case: Case, moment: Moment, *, amount: Decimal | None = None, method: str | None = None, final: bool = False,
    note: str = "", retry: bool = False, request: RequestKey | None = None,
    because: Mapping[str, str] | None = None,
) -> Decision:  # fmt: skip
    """The intent alone, for a hook to carry out; with `retry`, or under the same request key, the one that was begun.

    Store credit needs no hook, and neither does letting go of the rest once a part was paid. Raises KeyUsed.
    """
    record = case.stored
    before = _asked_before(record, request)
    if _repeated(record, amount, None) or (before and before.status == "confirmed"):
        return unchanged(case)
    if retry or before:
        return _again(case, moment)
    first = _begun(case, moment, amount, method, note, final=final, request=request, because=because)
    code = _credit_code(first.record)
    if code or first.record.state is not State.REFUNDING:
        return first.then(case, confirm, moment, reference=code) if code else first
    return first.then(case, attempt, moment, kinds=("pay",))


def _again(case: Case, moment: Moment) -> Decision:
    """The payment that is waited for, and no other: a failed one is not taken up again. Raises WrongState."""
    _waited_for(case.stored)
    return attempt(case, moment, kinds=("pay",))


def _waited_for(record: Return) -> None:
    if record.state is not State.REFUNDING:
        raise wrong_state(record, "refund --retry")


def _asked_before(record: Return, request: RequestKey | None) -> Refund | None:
    """The payment that was begun under this key and did not fail. Raises KeyUsed where something else was asked."""
    for each in record.refunds:
        if request and each.request and each.request.key == request.key and each.status != "failed":
            if each.request != request:
                raise KeyUsed(key=request.key)
            return each
    return None


def _begun(
    case: Case, moment: Moment, amount: Decimal | None, method: str | None, note: str, *, final: bool,
    request: RequestKey | None = None, because: Mapping[str, str] | None = None,
) -> Decision:  # fmt: skip
    """The intent, or at once the end, where the rest is let go."""
    record = case.stored
    bears = left(case.order, (record, *case.others))
    if final and amount is None and (record.refunded("confirmed").amount or not bears):
        return nothing_to_pay(case, moment, note=note)
    return intend(case, moment, amount=amount, method=method, final=final, note=note, request=request, because=because)


def refund(
    case: Case, moment: Moment, *, amount: Decimal | None = None, method: str | None = None, final: bool = False,
    note: str = "", reference: str | None = None, proven: bool = True, retry: bool = False,
) -> Decision:  # fmt: skip
    """A payment that was made already, as `proven` says: intent and outcome in one decision.

    In `refunding` it is the outcome of the payment that was begun, with `retry` of no other. A repeat is unchanged:
    the same reference, or none where all is paid. Raises NoProofOfPayment.
    """
    record = case.stored
    if _repeated(record, amount, reference):
        return unchanged(case)
    if retry:
        _waited_for(record)
    _fresh(case, reference)
    if record.state is State.REFUNDING:
        _same_payment(record, amount)
        _proven(record, proven)
        return confirm(case, moment, reference=reference)
    first = _begun(case, moment, amount, method, note, final=final)
    if first.record.state is not State.REFUNDING:
        return first
    reference = reference or _credit_code(first.record)
    _proven(first.record, proven or reference is not None)
    return first.then(case, confirm, moment, reference=reference)


def _proven(record: Return, proven: bool) -> None:
    if not proven:
        raise NoProofOfPayment(id=record.id, amount=str(record.refunds[-1].amount), currency=record.currency)


def _repeated(record: Return, amount: Decimal | None, reference: str | None) -> bool:
    paid = [each for each in record.refunds if each.status == "confirmed"]
    if reference is not None:
        return any(x.reference == reference and amount in (None, x.amount) for x in paid)
    return record.state is State.REFUNDED and amount in (None, *(x.amount for x in paid[-1:]))


def _fresh(case: Case, reference: str | None) -> None:
    """One reference stands for one payment of the order."""
    if reference and any(x.reference == reference for each in (case.stored, *case.others) for x in each.refunds):
        raise KeyUsed(key=reference)


def _same_payment(record: Return, amount: Decimal | None) -> None:
    pending = record.refunds[-1]
    if amount not in (None, pending.amount):
        raise WrongState(
            id=record.id, event=Event.REFUND, state=record.state, allowed=[Event.CONFIRM, Event.FAIL],
            pending=str(pending.amount),
        )  # fmt: skip


def _credit_code(record: Return) -> str | None:
    """Store credit needs no provider: its code is made from the payment key, for the shop to honour."""
    if record.state is not State.REFUNDING or record.refunds[-1].method != STORE_CREDIT:
        return None
    return "SC-" + record.refunds[-1].key.replace("/", "-")


def nothing_to_pay(case: Case, moment: Moment, *, note: str | None = None) -> Decision:
    """Nothing (more) is to be paid: no payment, no entry among the refunds.

    With `note`, the buyer's consent, what is still due is let go. Raises WrongState, NothingGiven.
    """
    record = case.stored
    check(record, Event.REFUND)
    if note is not None and not note:
        raise NothingGiven(id=record.id, wanted="consent")
    facts: dict[str, Any] = {"amount": str(nothing(record.currency).net)} | ({"note": note} if note else {})
    first = step(case, Event.REFUND, State.REFUNDING, moment, facts)
    return first.then(case, step, Event.CONFIRM, State.REFUNDED, moment)
