"""The application between two real servers: its mails leave by SMTP, the answers come in by IMAP."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from cop.core.web import Application
from tests.mailbox.servers import PASSWORD, MailServers, start

HOUSE = "contact@cokillaje.example"


@pytest.fixture(scope="session")
def servers() -> Iterator[MailServers]:
    root = os.environ.get("COP_MAIL_SERVERS")
    if not root:
        pytest.fail(f"no mail servers: {sys.executable} -m deploy.check --only mailbox")
    # Not in pytest's own folder, which every other run closes to the accounts of the servers.
    with TemporaryDirectory(prefix="cop-mail-", ignore_cleanup_errors=True) as name:
        started = start(Path(root), Path(name))
        yield started
        started.stop()


@pytest.fixture
def connected(app: Application, servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application sends through them, and reads its mailbox there."""
    settings = app.extensions["cop.settings"]
    changes = {
        "inbox_server": "localhost",
        "inbox_port": servers.imap,
        "inbox_username": HOUSE,
        "inbox_password": PASSWORD,
        "inbox_ca_file": str(servers.certificate),
    }
    if servers.smtp:
        changes.update(
            mail_transport="smtp",
            mail_server="localhost",
            mail_port=servers.smtp,
            mail_ca_file=str(servers.certificate),
        )
    monkeypatch.setitem(app.extensions, "cop.settings", replace(settings, **changes))
    _empty(servers)
    return servers


def _empty(servers: MailServers) -> None:
    """Each test begins with an empty mailbox of the house."""
    connection = servers.opened(HOUSE)
    for folder in ("INBOX", "COP"):
        if connection.select(folder)[0] == "OK":
            connection.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
            connection.expunge()
    connection.logout()
