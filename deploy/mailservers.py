"""Postfix and Dovecot for the tests of the mailbox: Debian's own, unpacked beside the project, never installed.

The tests start them in a mount namespace, where the unpacked files lie over the system's (tests/mailbox/servers.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy import debian
from deploy.console import TOOLS, NotHere, Problem, finish

UNPACKED = TOOLS / "mailservers"
PACKAGES = ("dovecot-imapd", "dovecot-lmtpd", "postfix", "openssl")
MARK = UNPACKED / "complete"
APART = ("unshare", *(("--map-current-user", "--keep-caps") if os.geteuid() else ()), "--mount", "--pid", "--fork")


def environment() -> dict[str, str]:
    """What the tests of the mailbox need to find the servers."""
    return {"COP_MAIL_SERVERS": str(ensure())}


def ensure() -> Path:
    """The folder of the unpacked files; those the machine has already are not there.

    Raises ``NotHere`` when the machine refuses namespaces, or Debian's packages are out of reach.
    """
    _check_namespaces()
    if not MARK.is_file():
        try:
            debian.unpack(PACKAGES, UNPACKED, what="Postfix and Dovecot (about 10 MB)")
        except Problem as problem:
            raise NotHere(f"The mail servers of the tests could not be had: {problem}") from problem
        MARK.touch()
    return UNPACKED / "root"


def _check_namespaces() -> None:
    """Whether one may lay files over the system's for oneself alone; a container often forbids it."""
    if not shutil.which("unshare"):
        raise NotHere(
            "unshare is missing (package util-linux): the mail servers of the tests run apart from the system's."
        )
    over_etc = "mount -t overlay overlay -o lowerdir=/etc:/usr /etc"
    tried = subprocess.run([*APART, "sh", "-c", over_etc], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NotHere(
            "This machine lets nobody make a mount namespace with an overlay, where the mail servers of the tests run: "
            f"{tried.stderr.strip() or tried.returncode}. As root, or where unprivileged user namespaces are allowed, "
            "`make mailbox` runs them."
        )


if __name__ == "__main__":
    try:
        print(ensure())
    except Problem as found:
        sys.exit(finish(found))
