"""What `fsck` found, for people: what it is, and what to do."""

from __future__ import annotations

from typing import Any

from returnctl.output.causes import cause
from returnctl.output.clean import clean
from returnctl.output.words import mark, say

_RESTORE = mark("put this file back as it was after its last change, from a backup")
_WHOLE = mark("put the whole folder data/ back from a backup, and keep this one to compare")
_LOOK = mark("nothing here names it: look at it, and move it away")
_MEND = mark("mend that, then type any command")
_REPAIR = "returnctl fsck --repair"

# By code: what it is, and what to do.
_SENTENCES: dict[str, tuple[str, str]] = {
    "journal_line": (mark("line {line} is not what was written"), _WHOLE),
    "journal_chain": (mark("line {line} does not follow the one before it"), _WHOLE),
    "journal_torn": (mark("line {line} has no end"), "returnctl list"),
    "counter": (mark("line {line} counts returns backwards"), _WHOLE),
    "rolled_back": (mark("commit {sequence} was sealed, and the journal ends before it"), _WHOLE),
    "rewritten": (mark("commit {sequence} was sealed as another one"), _WHOLE),
    "seal": (mark("the seal cannot be read"), mark("git checkout brings it back")),
    "document": (mark("{why}"), _RESTORE),
    "newer_format": (mark("a newer returnctl wrote it ({format})"), "pip install --upgrade returnctl"),
    "return": (mark("{why}"), _WHOLE),
    "unfinished": (mark("what the last command left cannot be put in its place: {why}"), _MEND),
    "unsure": (mark("a change may or may not have reached the disk, and the journal is damaged"), _WHOLE),
    "made_sure": (mark("a change may or may not have reached the disk; what is here now holds"), "returnctl log"),
    "torn": (mark("a line that was cut off; it was never a change"), mark("nothing needs to be done")),
    "index": (mark("the index does not say what journal and documents say"), _REPAIR),
    "mode": (mark("others may read it (mode {mode})"), _REPAIR),
    "owner": (mark("another user owns it"), mark("give it to the owner of data/")),
    "no_folder": (mark("the folder is missing"), _REPAIR),
    "not_removed": (mark("it was removed for good, and is here again"), _REPAIR),
    "conflict_copy": (mark("a copy made by a sync tool"), mark("keep data/ out of sync tools; move the copy away")),
    "unknown": (mark("no change put it here"), _LOOK),
    "strange": (mark("it is no regular file"), _LOOK),
}  # fmt: skip


def finding_text(finding: dict[str, Any]) -> tuple[str, str]:
    """What it is, in one line, and what to do."""
    what, cure = _SENTENCES[finding["code"]]
    facts = {"line": finding.get("line"), **finding.get("facts", {})}
    if "why" in facts:
        facts["why"] = cause(str(facts["why"]))
    text = clean(f"{finding['path']}: {say(what, **facts)}")
    return (text + say(" (mended)"), "") if finding.get("repaired") else (text, say(cure))


def all_well(counts: dict[str, int]) -> str:
    told = {name: counts.get(name, 0) for name in ("commits", "returns", "imported", "files")}
    return say("all well; commits: {commits}, returns: {returns}, orders: {imported}, files: {files}", **told)
