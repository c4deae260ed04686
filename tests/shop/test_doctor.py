"""The checks of `doctor` that a machine of tests cannot be made to fail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePath

import pytest

from returnctl.errors import Locked
from returnctl.shop import doctor_data, doctor_disk, doctor_machine, doctor_settings
from returnctl.shop.health import Finding
from returnctl.storage.disk import Mount, Space
from returnctl.storage.glance import Probe

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)
GIB = 1 << 30


def only(found: Iterable[Finding]) -> tuple[str, str]:
    (finding,) = found
    return finding.code, finding.severity


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        ("/home/mei/Dropbox/shop/data", "Dropbox"),
        ("/home/mei/Dropbox (Lumi)/shop/data", "Dropbox"),
        ("/Users/mei/Library/CloudStorage/OneDrive-Lumi/shop/data", "OneDrive"),
        ("/mnt/c/Users/mei/OneDrive - Lumi Home/shop/data", "OneDrive"),
        ("/Users/mei/Library/CloudStorage/GoogleDrive-mei@example.com/My Drive/data", "Google Drive"),
        ("/Users/mei/Library/Mobile Documents/com~apple~CloudDocs/shop/data", "iCloud"),
        ("/home/mei/Nutstore Files/shop/data", "Nutstore"),
        ("/home/mei/我的坚果云/shop/data", "Nutstore"),
        ("/home/mei/nextcloud/shop/data", "Nextcloud"),
        ("/home/mei/dropbox-orders/data", None),
        ("/home/mei/shop/data", None),
    ],
)
def test_folders_of_sync_tools(path: str, tool: str | None) -> None:
    assert [finding.facts["tool"] for finding in doctor_disk.sync_tool(PurePath(path))] == ([tool] if tool else [])


def test_a_mark_tells_a_folder_of_any_name(tmp_path: Path) -> None:
    (tmp_path / "a/data").mkdir(parents=True)
    assert not list(doctor_disk.sync_tool(tmp_path / "a/data"))
    (tmp_path / ".stfolder").mkdir()
    assert only(doctor_disk.sync_tool(tmp_path / "a/data")) == ("sync_tool", "warning")


@pytest.mark.parametrize(
    ("space", "code", "severity"),
    [
        (Space(GIB, 99_999, read_only=False), "space", "ok"),
        (Space(GIB, None, read_only=False), "space", "ok"),
        (Space(GIB // 8, 99_999, read_only=False), "low_space", "warning"),
        (Space(GIB, 999, read_only=False), "low_files", "warning"),
        (Space(GIB, 99_999, read_only=True), "read_only", "problem"),
    ],
)
def test_space(space: Space, code: str, severity: str) -> None:
    assert only(doctor_disk.space(space)) == (code, severity)


@pytest.mark.parametrize(
    ("kind", "code"),
    [("ext4", "file_system"), ("nfs4", "network"), ("tmpfs", "volatile"), ("vfat", "no_modes")],
)
def test_file_systems(kind: str, code: str) -> None:
    assert only(doctor_disk.file_system(Mount("/", kind, "x"))) == (code, "ok" if kind == "ext4" else "warning")


def test_an_unknown_file_system_is_no_finding() -> None:
    assert not list(doctor_disk.file_system(None))


@pytest.mark.parametrize(
    ("seconds", "works", "unsure", "found"),
    [
        (None, True, False, [("lock", "ok")]),
        (None, False, False, [("no_locks", "problem")]),
        (None, True, True, [("unsure", "problem")]),
        (60, True, False, [("locked", "note")]),
        (7200, True, False, [("locked_long", "warning")]),
        (7200, True, True, [("unsure", "problem"), ("locked_long", "warning")]),
    ],
)
def test_locks(seconds: float | None, works: bool, unsure: bool, found: list[tuple[str, str]]) -> None:
    held = Locked(holder="mei", since="2026-11-22T16:00:00Z") if seconds else None
    told = doctor_data.lock(Probe(held, seconds, works, unsure))
    assert [(finding.code, finding.severity) for finding in told] == found


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "UTF_8"])
def test_utf8_has_several_names(encoding: str) -> None:
    assert only(doctor_machine.terminal(encoding, "zh")) == ("terminal", "ok")


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "PACKAGES", ("click", "no-such-package"))
    missing, versions = doctor_machine.versions()
    assert (missing.code, missing.severity, missing.facts) == (
        "no_package", "problem", {"names": ["no-such-package"]},
    )  # fmt: skip
    assert "no-such-package" not in versions.facts["versions"]


@pytest.mark.parametrize(
    ("machine", "zone", "code"),
    [
        ("America/Los_Angeles", "America/Los_Angeles", "time_zone"),
        ("America/Los_Angeles", "America/Vancouver", "time_zone"),
        ("UTC", "Europe/London", "other_zone"),
        ("UTC", "Asia/Shanghai", "other_zone"),
    ],
)
def test_zones_are_the_same_where_their_clocks_are(
    monkeypatch: pytest.MonkeyPatch, machine: str, zone: str, code: str
) -> None:
    import time

    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        assert only(doctor_settings.time_zone(zone, NOW))[0] == code
    finally:
        monkeypatch.undo()
        time.tzset()
