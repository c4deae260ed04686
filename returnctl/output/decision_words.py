"""The words of a column `decision`: what commands and options call it, and how a Chinese sheet may write it.

Both are read whatever language is spoken, since a sheet may be filled in by one person and handed in by another.
"""

from __future__ import annotations

from returnctl.output.words import chosen

# The first of each is offered in a Chinese sheet. `pass` and `fail` are `inspect` with that verdict.
CHINESE: dict[str, tuple[str, ...]] = {
    "approve": ("同意", "批准", "同意申请"),
    "reject": ("拒绝", "驳回", "拒绝申请"),
    "receive": ("收货", "确认收货"),
    "pass": ("验货通过", "通过", "合格"),
    "fail": ("验货不通过", "不通过", "不合格"),
    "receive pass": ("收货并验货通过", "收货通过"),
    "receive fail": ("收货并验货不通过", "收货不通过"),
    "refund": ("退款",),
    "replace": ("换货发出", "换货"),
    "convert": ("换货转退款", "转退款"),
    "ship": ("寄回", "买家寄回"),
    "inspect": ("验货",),
    "cancel": ("取消", "撤销"),
    "escalate": ("申请平台介入", "平台介入"),
    "offer": ("协商方案", "提出方案"),
    "accept": ("接受方案", "同意方案"),
    "decline": ("拒绝方案",),
    "resolve": ("裁决",),
    "message": ("留言",),
    "note": ("备注",),
    "attach": ("补充凭证",),
    "feedback": ("评价",),
    "due": ("改时限", "待办时限"),
    "done": ("登记完成", "已完成"),
    "undo": ("撤回",),
}
_READ = {word: code for code, words in CHINESE.items() for word in words}


def read(cell: str) -> str:
    """As commands call it, in small letters; what nobody knows stays as it is."""
    word = " ".join(cell.casefold().split())
    return _READ.get(word, word)


def offered() -> list[str]:
    """In the reader's language, what is chosen most first."""
    return [words[0] for words in CHINESE.values()] if chosen() == "zh" else list(CHINESE)
