"""Starts a command that dies with its parent, under another OS user where PostgreSQL asks for one.

Run by path, without site packages, so that it costs 10 ms:
`python -I -S launch.py MODE SIGNAL PARENT COMMAND...`. MODE is `plain`, `namespace` or `nobody`.
"""

import ctypes
import os
import sys
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def enter_namespace() -> None:
    """PostgreSQL refuses to run as root. In a user namespace of its own root looks like nobody to it,
    while its files stay root's outside: no chown, and a 0700 home above the folder does not matter.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are refused here")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1", encoding="ascii")


def become_nobody() -> None:
    """Where namespaces are refused, as in most containers. The files belong to nobody then; to reach them
    through folders that only root may enter, it keeps that one capability of root, where root has it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; then the same for capabilities above 31
    wanted = (ctypes.c_uint32 * 6)(*[1 << CAP_DAC_OVERRIDE] * 3, 0, 0, 0)
    if libc.capset(header, wanted) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def die_with(parent: int, with_signal: int) -> None:
    """Comes after any change of user, which clears the flag."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, with_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl was refused")
    if os.getppid() != parent:  # it died before the flag stood
        sys.exit(1)


def main(mode: str, with_signal: str, parent: str, *command: str) -> None:
    if mode == "namespace":
        enter_namespace()
    elif mode == "nobody":
        become_nobody()
    die_with(int(parent), int(with_signal))
    os.execvp(command[0], command)  # noqa: S606  the point of this file


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except OSError as error:
        sys.exit(f"cannot start {sys.argv[4]}: {error}")
