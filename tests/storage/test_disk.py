"""Which disk a folder lies on, from what the system tells of its mounts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from returnctl.storage import disk
from returnctl.storage.disk import Mount, of_linux, of_macos

LINUX = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:20 / /proc rw - proc proc rw
30 22 0:40 / /srv rw,relatime shared:2 master:1 - nfs4 nas:/srv rw,vers=4.2
31 30 254:1 / /srv/disk rw - xfs /dev/vdb rw
32 22 0:41 / /mnt/c rw,noatime - 9p C:\134 rw,aname=drvfs
33 22 0:42 / /home/mei/my\040nas rw - fuse.sshfs mei@nas:/shop rw
34 22 0:43 / /home/mei/dav rw - fuse https://dav.example.com/ rw
35 22 0:44 / /media/usb rw - fuseblk /dev/sdb1 rw
36 22 0:45 / /run rw - tmpfs tmpfs rw
37 22 254:2 / /twice rw - nfs nas:/twice rw
38 22 254:3 / /twice rw - btrfs /dev/vdc rw
39 22 0:46 / /pool rw - fuse.mergerfs a:b rw
cut off
"""
MACOS = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled)
//mei@nas._smb._tcp.local/shop on /Volumes/my shop (smbfs, nodev, nosuid, mounted by mei)
nas:/srv on /Volumes/srv (nfs)
nothing to see
"""


@pytest.mark.parametrize(
    ("mounts", "path", "kind", "network"),
    [
        (LINUX, "/home/mei/shop", "ext4", False),
        (LINUX, "/srv", "nfs4", True),
        (LINUX, "/srv/shop", "nfs4", True),
        (LINUX, "/srv/disk/shop", "xfs", False),
        (LINUX, "/srv/disks/shop", "nfs4", True),
        (LINUX, "/mnt/c/Users/mei", "9p", True),
        (LINUX, "/home/mei/my nas/shop", "fuse.sshfs", True),
        (LINUX, "/home/mei/dav/shop", "fuse", True),
        (LINUX, "/media/usb/shop", "fuseblk", False),
        (LINUX, "/twice/shop", "btrfs", False),
        (LINUX, "/pool/shop", "fuse.mergerfs", False),
        (MACOS, "/Users/mei/shop", "apfs", False),
        (MACOS, "/Volumes/my shop/data", "smbfs", True),
        (MACOS, "/Volumes/srv/shop", "nfs", True),
    ],
)
def test_the_deepest_mount_counts(mounts: str, path: str, kind: str, network: bool) -> None:
    found = disk._over(path, of_linux(mounts) if mounts is LINUX else of_macos(mounts))
    assert found is not None
    assert (found.kind, found.is_network) == (kind, network)


@pytest.mark.parametrize(
    ("kind", "network", "volatile", "modes"),
    [
        ("ext4", False, False, True), ("apfs", False, False, True), ("overlay", False, False, True),
        ("tmpfs", False, True, True), ("vfat", False, False, False), ("ntfs3", False, False, False),
        ("cifs", True, False, True), ("smb3", True, False, True), ("ceph", True, False, True),
        ("glusterfs", True, False, True), ("fuse.rclone", True, False, True), ("drvfs", True, False, True),
        ("davfs", True, False, True), ("virtiofs", True, False, True), ("fuse.gcsfuse", True, False, True),
    ],
)  # fmt: skip
def test_kinds(kind: str, network: bool, volatile: bool, modes: bool) -> None:
    mount = Mount("/", kind, "none")
    assert (mount.is_network, mount.is_volatile, mount.keeps_modes) == (network, volatile, modes)


def test_where_the_system_tells_nothing_there_is_no_mount(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_LINUX", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert disk.mount_of(str(tmp_path)) is None


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="no Linux")
def test_this_very_folder_is_somewhere(tmp_path: Path) -> None:
    mount = disk.mount_of(str(tmp_path))
    assert mount is not None
    assert mount.at.startswith("/")


def test_space(tmp_path: Path) -> None:
    space = disk.space_at(str(tmp_path))
    assert (space.free > 0, space.read_only) == (True, False)
    assert space.files is None or space.files <= os.statvfs(tmp_path).f_files
