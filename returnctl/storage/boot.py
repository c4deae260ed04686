"""Which run of the machine this is: what was written without fsync can be trusted until it ends."""

from __future__ import annotations

_LINUX = "/proc/sys/kernel/random/boot_id"


def boot_id() -> str:
    """Empty where the system does not tell."""
    try:
        with open(_LINUX, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return _macos()


def _macos() -> str:
    import ctypes

    ask = getattr(ctypes.CDLL(None), "sysctlbyname", None)
    answer = ctypes.create_string_buffer(64)
    size = ctypes.c_size_t(len(answer))
    if ask is None or ask(b"kern.bootsessionuuid", answer, ctypes.byref(size), None, 0):
        return ""
    return answer.value.decode("ascii", "replace")
