"""Faults at the n-th call that changes the disk: the machine refuses, or the process ends at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CALLS = ("open", "write", "fsync", "replace", "ftruncate", "unlink", "mkdir")
KILLED = 9
# Bytes that go into a full disk.
_LEFT = 7

Fault = Callable[..., Any]


def refuse(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    raise OSError(28, "No space left on device")


def interrupt(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    raise InterruptedError(4, "Interrupted system call")


def shorten(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """A write takes less than it was given, and says so."""
    return call(args[0], args[1][: len(args[1]) // 2 or 1]) if call.__name__ == "write" else call(*args, **more)


def shorten_then_refuse(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """As a disk that is full in the middle of a write."""
    if call.__name__ == "write" and len(args[1]) > _LEFT:
        return call(args[0], args[1][:_LEFT])
    return refuse(call)


def die(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    os._exit(KILLED)


def die_after(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    try:
        call(*args, **more)
    finally:
        os._exit(KILLED)


def die_halfway(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    if call.__name__ == "write":
        call(args[0], args[1][: len(args[1]) // 2])
    os._exit(KILLED)


@contextmanager
def fault(at: int, happens: Fault, *, from_then_on: bool = False) -> Iterator[list[int]]:
    """Let the `at`-th call go wrong, or all from it on; yields the count of calls so far as a list of one."""
    count = [0]

    def faulty(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            if call.__name__ == "open" and not args[1] & os.O_CREAT:
                return call(*args, **more)
            count[0] += 1
            wrong = count[0] >= at if from_then_on else count[0] == at
            return happens(call, *args, **more) if wrong else call(*args, **more)

        return counted

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, faulty(getattr(os, name)))
        yield count
