"""The bench under a real terminal, as tmux draws it: what a person with a scanner sees."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wcwidth import wcswidth

from tests.cli.shops import DEMO_NOW, LAMPS, ROOT, an_order, record, take, typed

# The page shows what stands on the screen.
RECEIVED, INSPECTED = re.findall(r"```text\n(.*?)```", (ROOT / "docs/bench.md").read_text("utf-8"), re.DOTALL)
_PATIENCE = 20
_COLUMNS = 80
WIDE = {**LAMPS, "line": "2", "sku": "灯罩-2", "title": "北欧风格台灯灯罩 米白色 纯手工亚麻布艺 " * 4, "quantity": 1}


class Pane:
    """A window of tmux, of its own server."""

    def __init__(self, socket: Path) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", os.devnull]
        shell = "env -i PATH=/usr/bin:/bin TERM=$TERM LANG=C.UTF-8 PS1=ready: sh"
        self._ask("-u", "new-session", "-d", "-x", str(_COLUMNS), "-y", "50", shell)
        self.shows("ready:")

    def _ask(self, *words: str) -> str:
        asked = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True, timeout=_PATIENCE)
        return asked.stdout

    def types(self, text: str) -> None:
        """As a scanner does: the characters, then Enter."""
        self._ask("send-keys", "-l", "--", text)
        self.presses("Enter")

    def presses(self, key: str) -> None:
        self._ask("send-keys", key)

    def lines(self) -> list[str]:
        return self._ask("capture-pane", "-p").rstrip("\n").splitlines()

    def shows(self, prompt: str, times: int = 1) -> list[str]:
        """The screen, once it asks with this for the nth time."""
        until = time.monotonic() + _PATIENCE
        while not (lines := self.lines()) or lines[-1] != prompt or _asked(lines, prompt) != times:
            assert time.monotonic() < until, "\n".join(lines)
            time.sleep(0.05)
        return lines

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False, timeout=_PATIENCE)


def _asked(lines: list[str], prompt: str) -> int:
    return sum(line.startswith(prompt) for line in lines)


@pytest.fixture
def pane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pane]:
    if not shutil.which("tmux"):
        if os.environ.get("RETURNCTL_TEST_EVERYTHING"):
            pytest.fail("no tmux")
        pytest.skip("no tmux; .ci/run installs it")
    pane = Pane(tmp_path_factory.mktemp("t") / "s")
    yield pane
    pane.close()


@pytest.fixture
def bench(shop: Path) -> Path:
    take(shop, an_order("B-1", lines=[LAMPS, WIDE]))
    typed(
        shop, "apply B-1 --reason damaged --note 灯罩裂了", "apply L-1 --item 1=1 --reason damaged", "approve 1",
        "approve 2", "ship 1 --tracking 1Z01", "ship 2 --tracking 1Z02",
    )  # fmt: skip
    return shop


def command(shop: Path, line: str) -> str:
    """What is typed at the shell."""
    program = f"{shlex.quote(sys.executable)} -m returnctl -C {shlex.quote(str(shop))} {line} --by mei"
    return f"clear; RETURNCTL_NOW={DEMO_NOW} {program}; echo exit $?"


def test_a_morning_at_the_bench(pane: Pane, bench: Path) -> None:
    pane.types(command(bench, "receive -"))
    for times, scan in enumerate(("1Z01", "1Z01", "", "1Z99", "1Z02"), 1):
        pane.shows("parcel>", times)
        pane.types(scan)
    screen = pane.shows("parcel>", 6)
    assert record(bench, 2)["state"] == "received"
    assert screen == RECEIVED.splitlines()
    assert max(map(wcswidth, screen)) <= _COLUMNS
    pane.presses("C-d")
    assert pane.shows("ready:")[-3:-1] == ["2 received, 1 already, 1 refused", "exit 3"]


def test_an_inspection_that_is_broken_off(pane: Pane, bench: Path) -> None:
    typed(bench, "receive 1", "receive 2")
    pane.types(command(bench, "inspect -"))
    pane.shows("parcel>")
    pane.types("1Z02")
    pane.shows("found>")
    pane.types("1=shiny")
    pane.shows("found>", 2)
    pane.types("p")
    pane.shows("parcel>", 2)
    assert record(bench, 2)["state"] == "refund_due"
    pane.presses("C-c")
    screen = pane.shows("ready:")
    assert screen[:-1] == INSPECTED.splitlines()
    assert record(bench, 1)["state"] == "received"


def test_so_in_chinese(pane: Pane, bench: Path) -> None:
    typed(bench, "receive 1")
    pane.types(command(bench, "inspect - --lang zh"))
    pane.shows("包裹>")
    pane.types("1Z01")
    screen = pane.shows("验货结果>")
    assert screen == CHINESE.splitlines()
    assert max(map(wcswidth, screen)) <= _COLUMNS
    pane.presses("C-d")
    assert pane.shows("ready:")[-3:-1] == ["已验货 0 件，跳过 1 件", "exit 0"]


CHINESE = """\
请逐个扫描包裹，或输入编号。按 Ctrl-D 结束。
包裹> 1Z01
R-000001  已收货
  应有商品  1:  3 × LUMI-LAMP-1  Desk lamp
            2:  1 × 灯罩-2       北欧风格台灯灯罩 米白色 纯手工亚麻布艺 北欧风…
  买家所述  商品破损 (卖家), 退货退款
  买家留言  灯罩裂了
  需拍照    成色为 worn, wrong_item, missing 时：照片
  成色      as_sent 100%, opened 100%, worn 60%, wrong_item 0%, missing 0%
  作答      回车：as_sent；f：wrong_item；s：跳过
            或逐件填写：1=as_sent:2 1=wrong_item:1 2=as_sent
验货结果>
"""
