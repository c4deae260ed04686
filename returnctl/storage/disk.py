"""What kind of disk a folder lies on, and what is left of it."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

_LINUX = "/proc/self/mountinfo"
_ESCAPED = re.compile(r"\\([0-7]{3})")
# `//mei@server/shop on /Volumes/shop (smbfs, nodev, nosuid)`
_MACOS = re.compile(r"(?P<source>.*?) on (?P<at>/.*) \((?P<kind>[^,)]+).*\)")
# Locks that one machine takes there may mean nothing to another, or are not kept at all.
_NETWORK = frozenset(
    "9p afpfs afs beegfs ceph cifs coda davfs drvfs fakeowner gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 osxfs"
    " prl_fs smb3 smbfs vboxsf virtiofs vmhgfs webdav".split()
)
_FUSE = frozenset(
    "afp ceph ceph-fuse davfs davfs2 gcsfuse glusterfs google-drive-ocamlfuse goofys grpcfuse juicefs onedriver rclone"
    " s3fs sshfs vmhgfs-fuse".split()
)
_VOLATILE = frozenset({"tmpfs", "ramfs"})
_WITHOUT_MODES = frozenset({"exfat", "fuseblk", "msdos", "ntfs", "ntfs3", "vfat"})
# What davfs2 and old tools over FUSE are mounted from.
_REMOTE = re.compile(r"https?://|[\w.-]+@?[\w.-]*:/")


class Mount(NamedTuple):
    """`kind` as the system names it, such as `ext4`, `nfs4`, `fuse.sshfs`."""

    at: str
    kind: str
    source: str

    @property
    def is_network(self) -> bool:
        fuse, _, name = self.kind.partition(".")
        return self.kind in _NETWORK or (fuse == "fuse" and (name in _FUSE or bool(_REMOTE.match(self.source))))

    @property
    def is_volatile(self) -> bool:
        return self.kind in _VOLATILE

    @property
    def keeps_modes(self) -> bool:
        return self.kind not in _WITHOUT_MODES


class Space(NamedTuple):
    """What is left for us, in bytes and in files; `files` is None where the file system does not count them."""

    free: int
    files: int | None
    read_only: bool


def mount_of(path: str) -> Mount | None:
    """None where the system does not tell."""
    return _over(os.path.realpath(path), _mounts())


def space_at(path: str) -> Space:
    """Raises OSError."""
    told = os.statvfs(path)
    read_only = bool(told.f_flag & os.ST_RDONLY)
    return Space(told.f_bavail * told.f_frsize, told.f_favail if told.f_files else None, read_only)


def _over(path: str, mounts: list[Mount]) -> Mount | None:
    """The deepest mount above a path; of several at one place the last hides the others."""
    above = [mount for mount in mounts if f"{path}/".startswith(mount.at.rstrip("/") + "/")]
    return max(reversed(above), key=lambda mount: len(mount.at), default=None)


def _mounts() -> list[Mount]:
    try:
        with open(_LINUX, encoding="utf-8", errors="surrogateescape") as file:
            return of_linux(file.read())
    except OSError:
        return of_macos(_told())


def of_linux(text: str) -> list[Mount]:
    """From `/proc/self/mountinfo`, whose lines have optional fields before a dash."""
    parted = (line.partition(" - ") for line in text.splitlines())
    fields = ((before.split(" "), after.split(" ")) for before, _, after in parted)
    return [Mount(_plain(x[4]), y[0], _plain(y[1])) for x, y in fields if len(x) > 4 and len(y) > 1]


def of_macos(text: str) -> list[Mount]:
    """From what `mount` prints."""
    found = (_MACOS.fullmatch(line) for line in text.splitlines())
    return [Mount(each["at"], each["kind"], each["source"]) for each in found if each]


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text)


def _told() -> str:
    import subprocess

    try:
        return subprocess.run(["mount"], check=False, capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.SubprocessError, ValueError):
        return ""
