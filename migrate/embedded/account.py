"""The operating-system account that owns an embedded server's files and runs its programs."""

import os
import pwd
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from migrate.embedded.access import grant_search
from migrate.errors import Unreachable

_ACCOUNT = "pgserver"  # of the package that brings the programs


@dataclass(frozen=True, slots=True)
class Account:
    """Name and numbers of an account of this machine."""

    name: str
    uid: int
    gid: int


def account_for(home: Path) -> Account:
    """The caller's own account; for root, who may not run PostgreSQL, the owner of the folder or a system account."""
    try:
        if os.geteuid() != 0:
            entry = pwd.getpwuid(os.geteuid())
        elif home.exists() and home.stat().st_uid != 0:
            entry = pwd.getpwuid(home.stat().st_uid)
        else:
            entry = _system_account()
    except (KeyError, OSError) as error:
        raise Unreachable(
            "no account can run the embedded PostgreSQL",
            why=f"it does not run as root or without a name in the list of users ({error})",
            remedy=f"run as an ordinary user, or create the account: useradd --system {_ACCOUNT}",
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def own_folder(folder: Path, account: Account) -> None:
    """Make the folder, or check that it is one, belongs to the account and is closed to all others."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid() != account.uid
        and not any(folder.iterdir())
    ):
        os.chown(folder, account.uid, account.gid)
        status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid:
        raise Unreachable(
            f"the embedded PostgreSQL cannot use {folder}",
            why=f"it is not a folder of the account {account.name}",
            remedy="run as its owner, or delete it when nobody needs it",
        )
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def open_way(place: Path, account: Account) -> None:
    """Let the account, and no other, pass the folders above `place` that it cannot pass: search, not list."""
    for folder in reversed(place.parents):
        if run_as(account, "test", "-x", str(folder), folder=Path("/")).returncode:
            try:
                grant_search(folder, account.uid)
            except OSError as error:
                raise Unreachable(
                    f"the account {account.name}, which runs the embedded PostgreSQL for root, cannot pass {folder}",
                    why=f"the folder is closed to it, and its file system takes no access list ({error.strerror})",
                    remedy=f"chmod o+x {folder}, or run as an ordinary user",
                ) from error


def run_as(account: Account, *command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program under the account, with none of the caller's PG* variables; never raises for its exit code."""
    root = os.geteuid() == 0
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        umask=0o077,
        user=account.uid if root else None,
        group=account.gid if root else None,
        extra_groups=[] if root else None,
    )


def _system_account() -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(_ACCOUNT)
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        _ACCOUNT,
    ]
    subprocess.run(command, check=False, capture_output=True)  # another process may have been quicker
    return pwd.getpwnam(_ACCOUNT)
