"""The hooks' own record: each key stands in it once, whoever asks, however often, and however it ends.

    once("refund", asked, lambda: pay(asked)) -> the reference of what was done

The file is `$RETURNCTL_BOOK`, else `book.sqlite` beside the hooks. Where the real work is a call to a provider,
give the provider the same key as its idempotency key: then a crash between its answer and our line is safe too.
"""

import os
import sqlite3
from pathlib import Path

_TABLE = "CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY, hook TEXT, reference TEXT, amount TEXT, text TEXT)"


def once(hook, asked, work):
    path = os.environ.get("RETURNCTL_BOOK") or Path(__file__).with_name("book.sqlite")
    with sqlite3.connect(path, isolation_level=None, timeout=30) as book:
        book.execute(_TABLE)
        book.execute("BEGIN IMMEDIATE")
        known = book.execute("SELECT reference FROM done WHERE key = ?", (asked["key"],)).fetchone()
        if known:
            return known[0]
        reference = work()
        row = (asked["key"], hook, reference, asked.get("amount"), asked.get("text"))
        book.execute("INSERT INTO done VALUES (?, ?, ?, ?, ?)", row)
        book.execute("COMMIT")
        return reference
