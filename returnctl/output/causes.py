"""Why the machine, or the data on it, failed: a sentence for each `why`."""

from __future__ import annotations

from returnctl.output.words import mark, say

# What the storage finds, by its code.
_FOUND = {
    "changed": mark("it is not what was saved"),
    "missing": mark("it is missing"),
    "not_readable": mark("it cannot be read"),
    "no_regular_file": mark("it is no regular file"),
    "index": mark("the index cannot be read"),
    "shorter": mark("it has lost lines: returns are there that it does not know"),
    "line": mark("a line of it cannot be read"),
    "rolled_back": mark("it seals a commit that the journal does not have"),
    "rewritten": mark("it seals another commit than the journal has"),
    "name": mark("its name is not that of its content"),
    "chain": mark("its lines do not follow one another"),
    "not_installed": mark("it was not installed"),
    "not_placed": mark("an earlier change is not in its place yet"),
    "not_indexed": mark("an earlier change is not in the index yet"),
    # What is not known of a hook.
    "timeout": mark("no answer in time"),
    "locked": mark("another command held the shop"),
}
# What does not hold in a return.
_UNTRUE = {
    "other_events": mark("its history is not that of the journal"),
    "other_revision": mark("its number of changes is not that of the journal"),
    "other_state": mark("its history leads to another state"),
    "no_beginning": mark("its history does not begin with an application"),
    "time_goes_back": mark("its history goes back in time"),
    "wrong_way": mark("its history takes a step that there is not"),
    "wrong_sums": mark("the lines of its breakdown do not make its total"),
    "wrong_payment": mark("net and tax of a payment do not make its amount"),
    "lacks_a_file": mark("its policy or evidence is missing"),
    "other_order": mark("its order is not the one that was applied for"),
    "units": mark("it holds more units than the order has"),
    "money": mark("more would be paid than was paid for the order"),
}
# What the operating system says, in its own words.
_MACHINE = (
    mark("No such file or directory"),
    mark("Permission denied"),
    mark("Operation not permitted"),
    mark("No space left on device"),
    mark("Disk quota exceeded"),
    mark("File too large"),
    mark("Read-only file system"),
    mark("Is a directory"),
    mark("Not a directory"),
    mark("File exists"),
    mark("File name too long"),
    mark("Too many levels of symbolic links"),
    mark("Too many open files"),
    mark("Input/output error"),
    mark("another user owns it"),
    mark("everybody may write it"),
    mark("its group may write it"),
)
CAUSES = _FOUND | _UNTRUE | {text: text for text in _MACHINE}


def cause(why: str) -> str:
    """In the reader's language; what nobody foresaw, such as the answer of a hook, stays as it is."""
    return say(CAUSES[why]) if why in CAUSES else why
