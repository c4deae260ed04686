"""The sample hook that tells by Apprise: to whom it is said, each once, and what cannot be sent is asked again."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.cli.shops import ROOT, record, typed
from tests.program import Ran, run

DUE = "2026-11-13"


class Channel:
    """A channel on this machine, as `json://` speaks to it."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answer = 200
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if channel.answer == 200:
                    channel.heard.append(json.loads(body))
                self.send_response(channel.answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def channel() -> Iterator[Channel]:
    made = Channel()
    Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def told(shop: Path, channel: Channel) -> Path:
    (shop / "hooks").mkdir()
    shutil.copy(ROOT / "examples/hooks/book.py", shop / "hooks")
    shutil.copy(ROOT / "examples/hooks/notify-apprise", shop / "hooks/notify")
    url = f"json://127.0.0.1:{channel.server.server_port}"
    (shop / "hooks/apprise.yml").write_text(f"urls:\n  - {url}:\n      tag: seller\n")
    return shop


def sweep(shop: Path, now: str) -> Ran:
    """The hook finds the Python that has Apprise."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return run("sweep", "--json", cwd=shop, now=now, PATH=path)


def test_the_seller_is_reminded_once_and_the_buyers_notices_are_left_to_people(told: Path, channel: Channel) -> None:
    typed(told, "apply L-1 --reason damaged", "approve 1", "ship 1 --tracking 1Z1")
    assert sweep(told, "2026-12-30").code == 0
    assert sweep(told, "2026-12-30").code == 0
    assert [heard["title"] for heard in channel.heard] == ["R-000001: remind_seller"]
    assert "receive until" in channel.heard[0]["message"]
    statuses = {owed["key"].rpartition("/")[2]: owed["status"] for owed in record(told, 1)["owed"]}
    assert statuses == {"applied": "declined", "approved": "declined", "remind_seller": "done"}


def test_what_was_not_delivered_is_asked_again(told: Path, channel: Channel) -> None:
    typed(told, "apply L-1 --reason damaged", "approve 1", "ship 1 --tracking 1Z1")
    channel.answer = 500
    sweep(told, "2026-12-30")
    assert (channel.heard, record(told, 1)["owed"][-1]["status"]) == ([], "open")
    channel.answer = 200
    sweep(told, "2026-12-30")
    sweep(told, "2026-12-30")
    assert (len(channel.heard), record(told, 1)["owed"][-1]["attempts"]) == (1, 2)
