"""Every failure a user can meet: a code for machines, its facts, and the exit code of the program.

The sentences stand in `output.failure_words`, one for each code; nothing here is for people to read.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """The exit codes of the program; the README's table and `help exit-codes` are tested against it."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3
    NOT_ALLOWED = 4
    WRONG_STATE = 5
    NOT_FOUND = 6
    DECLINED = 7
    NO_SHOP = 10
    LOCKED = 11
    DAMAGED = 12
    NOT_KNOWN = 13
    INTERRUPTED = 130


class Failure(Exception):
    """A failure with its facts: plain values that JSON can carry, named as the sentences name them."""

    code: ClassVar[str] = "failed"
    exit: ClassVar[Exit] = Exit.FAILED

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


# --- 1: failed and nothing changed, or a check found problems


class SystemFailure(Failure):
    """The machine refused: facts `path`, `why`."""

    code = "system"


class NotYours(SystemFailure):
    """Another user's shop, whose settings, hooks and data that user may write: fact `path`."""

    code = "not_yours"


class InvalidPolicy(Failure):
    """A policy file cannot be used: facts `file`, `problems` (each as `readers.places.Problem` writes it)."""

    code = "invalid_policy"


class InvalidSettings(Failure):
    """`returnctl.yaml` cannot be used: facts `file`, `problems`."""

    code = "invalid_settings"


class UnsafeHook(Failure):
    """A hook that somebody else may have written: facts `path`, `why`."""

    code = "unsafe_hook"


class ShopExists(Failure):
    """`init` and `demo` never write over what is there: fact `path`."""

    code = "shop_exists"


class TargetExists(Failure):
    """A file is never written over unasked: facts `path`, and `why` "force" where it can be asked for."""

    code = "target_exists"


class PolicyExists(Failure):
    """`policy new-version` never writes over a file: fact `path`."""

    code = "policy_exists"


class BadRow(Failure):
    """A row or document of an imported file: facts `file`, `row`, `column`, `why`, `value`."""

    code = "bad_row"


class BadFile(Failure):
    """A file that cannot be taken in at all: facts `file`, `why`, and what `why` needs."""

    code = "bad_file"


# --- 2: the command line, or a value on it


class Usage(Failure):
    """Click's own complaint, in the user's language: facts `text`, and `command`, the words understood."""

    code = "usage"
    exit = Exit.USAGE


class BadValue(Failure):
    """A value that is not of the form wanted: facts `what`, `value`, `wanted` (a key of the sentences)."""

    code = "bad_value"
    exit = Exit.USAGE


class AmbiguousDate(Failure):
    """`11/12/2026`: fact `value`."""

    code = "ambiguous_date"
    exit = Exit.USAGE


class NothingGiven(Failure):
    """Something that the step needs was left out: facts `id`, `wanted` (a key of the sentences)."""

    code = "nothing_given"
    exit = Exit.USAGE


class NotAllGraded(Failure):
    """`inspect` grades every received unit: facts `id`, `line`, `received`, `graded`."""

    code = "not_all_graded"
    exit = Exit.USAGE


class NoProofOfPayment(Failure):
    """`refund` without a hook wants to know that somebody paid: facts `id`, `amount`."""

    code = "no_proof_of_payment"
    exit = Exit.USAGE


class TooLong(Failure):
    """A message that the platform would not take: facts `id`, `size` and `most` in bytes, `platform`.

    It would be cut behind `fits` characters, between `before` and `after`.
    """

    code = "too_long"
    exit = Exit.USAGE


# --- 4: the policy, or the money left


class NotEligible(Failure):
    """Facts `order`, `failed`: the failed rules, each with `rule`, `line`, `at` and `facts`."""

    code = "not_eligible"
    exit = Exit.NOT_ALLOWED


class TooMuchMoney(Failure):
    """Facts `id`, `asked`, `most`, `currency`."""

    code = "too_much_money"
    exit = Exit.NOT_ALLOWED


class TooManyUnits(Failure):
    """Facts `id`, `line`, `asked`, `most`."""

    code = "too_many_units"
    exit = Exit.NOT_ALLOWED


class NoPolicy(Failure):
    """No policy holds the order's market at its date: facts `order`, `market`, `ordered_at`."""

    code = "no_policy"
    exit = Exit.NOT_ALLOWED


class SeveralPolicies(Failure):
    """Several fit and the settings name none of them: facts `order`, `names`."""

    code = "several_policies"
    exit = Exit.NOT_ALLOWED


class NoAmountInCurrency(Failure):
    """A map of amounts lacks the order's currency: facts `key`, `currency`."""

    code = "no_amount_in_currency"
    exit = Exit.NOT_ALLOWED


class NotOffered(Failure):
    """The policy offers other values: facts `id`, `what` (a key of the sentences), `value`, `offered`."""

    code = "not_offered"
    exit = Exit.NOT_ALLOWED


class NotAcceptable(Failure):
    """A document edited by hand does not hold: facts `id`, `why` (a key of the sentences)."""

    code = "not_acceptable"
    exit = Exit.NOT_ALLOWED


# --- 5: the state, or a key


class WrongState(Failure):
    """Facts `id`, `event`, `state`, `allowed` (events that the table allows here)."""

    code = "wrong_state"
    exit = Exit.WRONG_STATE


class MovedOn(Failure):
    """What was decided in a file was decided of an earlier state: facts `id`, `state`."""

    code = "moved_on"
    exit = Exit.WRONG_STATE


class Frozen(WrongState):
    """An open dispute holds the money: facts as `WrongState`."""

    code = "frozen"


class WrongSide(Failure):
    """Only the other side can do this: facts `id`, `event`, `role`, `sides` (who can), `why` for an appeal."""

    code = "wrong_side"
    exit = Exit.WRONG_STATE


class NoOffer(Failure):
    """Nothing waits for an answer: facts `id`, `event`."""

    code = "no_offer"
    exit = Exit.WRONG_STATE


class NothingToUndo(Failure):
    """Facts `id`, `event`, `why` (a key of the sentences)."""

    code = "nothing_to_undo"
    exit = Exit.WRONG_STATE


class KeyUsed(Failure):
    """The request key, or the payment's reference, stands for something else: facts `key`."""

    code = "key_used"
    exit = Exit.WRONG_STATE


# --- 6: no such thing, or more than one


class NotFound(Failure):
    """Facts `kind`, `id`, `near` (like names).

    Kinds are return, order, line, policy, grade, reason, reject_reason, template and owed.
    """

    code = "not_found"
    exit = Exit.NOT_FOUND


class Ambiguous(Failure):
    """Facts `id`, `ids`: the returns it may mean."""

    code = "ambiguous"
    exit = Exit.NOT_FOUND


# --- 7 and above


class HookDeclined(Failure):
    """Facts `id`, `hook`, `why`."""

    code = "hook_declined"
    exit = Exit.DECLINED


class NoShop(Failure):
    """Fact `path`: where the search began."""

    code = "no_shop"
    exit = Exit.NO_SHOP


class Locked(Failure):
    """Facts `holder` (who and which command), `since`; where nobody signed, neither, and `why` is `looked_at`."""

    code = "locked"
    exit = Exit.LOCKED


class Damaged(Failure):
    """What is on disk is not what was committed: facts `path`, `why` (a key of the sentences)."""

    code = "damaged"
    exit = Exit.DAMAGED


class NewerFormat(Damaged):
    """A document of a later returnctl: facts `path`, `format`."""

    code = "newer_format"


class BrokenSeal(Damaged):
    """A file under `seals/` cannot be read, or seals what the journal does not have: facts as `Damaged`."""


class NotKnown(Failure):
    """It cannot be told whether it happened: facts `id` or `path`, `cure` (the command that finds out)."""

    code = "not_known"
    exit = Exit.NOT_KNOWN


class Interrupted(Failure):
    """Ctrl-C, between two commits; `kind` many with `count`, how many were done."""

    code = "interrupted"
    exit = Exit.INTERRUPTED
