"""What came of `dispute bundle`: what is in it, what did not fit, and the digest to note down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from returnctl.domain.casefile import Fitted, Left
from returnctl.domain.record import Evidence
from returnctl.output.bundle.parts import line
from returnctl.output.words import mark, say

FORMAT = "bundle/v1"
_WHY = {
    "type": mark("it is neither JPG nor PNG"),
    "too_large": mark("it is too large"),
    "too_many": mark("there are more than the platform takes"),
}


def zip_lines(target: str, files: int, notes: int, sha256: str, *, new: bool) -> Iterator[str]:
    what = say("{target}: {n} files", target=line(target), n=files)
    yield what if new else say("{what}; it was there already, with the very same bytes", what=what)
    if notes:
        yield "  " + say("internal notes left out: {n}", n=notes)
    yield f"  sha256 {sha256}"
    yield "  " + say("note the digest down: verify.py in the bundle prints the same one")


def folder_lines(target: str, photos: int, left: Iterable[Left], comment: Fitted, *, new: bool) -> Iterator[str]:
    size = len(comment.text.encode())
    what = say("{target}: photos: {n}, comment: {size} bytes", target=line(target), n=photos, size=size)
    yield what if new else say("{what}; it was there already, with the very same bytes", what=what)
    for each in left:
        yield "  " + say("left out: {name}: {why}", name=line(each.file.name), why=say(_WHY[each.why]))
    for sentence in comment.left_out:
        yield "  " + say("not in the comment: {sentence}", sentence=sentence)


def folder_json(photos: dict[str, Evidence], left: Iterable[Left], comment: Fitted) -> dict[str, Any]:
    return {
        "photos": [{"name": name, "size": x.size, "sha256": x.sha256, "given": x.name} for name, x in photos.items()],
        "left_out": [
            {"given": x.file.name, "type": x.file.type, "size": x.file.size, "sha256": x.file.sha256, "why": x.why}
            for x in left
        ],
        "comment": {"text": comment.text, "bytes": len(comment.text.encode()), "left_out": list(comment.left_out)},
    }
