"""Postfix and Dovecot for the tests of the mailbox: Debian's own, unpacked beside the project, never installed.

The tests start them in a mount namespace, where the unpacked files lie over the system's (tests/mailbox/servers.py).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from deploy import debian
from deploy.console import TOOLS, Problem, finish

UNPACKED = TOOLS / "mailservers"
PACKAGES = ("dovecot-imapd", "dovecot-lmtpd", "postfix", "openssl")
MARK = UNPACKED / "complete"


def environment() -> dict[str, str]:
    """What the tests of the mailbox need to find the servers."""
    return {"COP_MAIL_SERVERS": str(ensure())}


def ensure() -> Path:
    """The folder of the unpacked files; those the machine has already are not there."""
    if not shutil.which("unshare"):
        raise Problem(
            "unshare is missing (package util-linux): the mail servers of the tests run apart from the system's."
        )
    if not MARK.is_file():
        debian.unpack(PACKAGES, UNPACKED, what="Postfix and Dovecot (about 10 MB)")
        MARK.touch()
    return UNPACKED / "root"


if __name__ == "__main__":
    try:
        print(ensure())
    except Problem as found:
        sys.exit(finish(found))
