"""A mail server for the tests: Postfix (as root) and Dovecot, on loopback, with a certificate made for the day.

They run in a namespace of their own, where Debian's unpacked files lie over the system's: nothing is installed, no
account is made, and ending the namespace ends them. Postfix needs several accounts, so a plain user's mails are
handed to Dovecot by LMTP instead; everything else is the same.
"""

import os
import shutil
import smtplib
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from imaplib import IMAP4_SSL
from pathlib import Path
from shlex import quote

import pytest

from deploy.mailservers import APART

PATIENCE = 30.0
PASSWORD = "mailbox-of-the-tests"
# Kept for the tests: no such numbers on the machine, and the namespace alone knows their names.
ACCOUNTS = {"postfix": 64990, "postdrop": 64991, "vmail": 64992, "dovecot": 64993, "dovenull": 64994}
UNKNOWN = "absente@cabinet.example"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class MailServers:
    """``smtp``: with STARTTLS, none as a plain user. ``imap``: TLS from the start. Any address is a mailbox."""

    folder: Path
    smtp: int
    imap: int
    lmtp: int
    process: "subprocess.Popen[bytes]"

    @property
    def certificate(self) -> Path:
        return self.folder / "cert.pem"

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def deliver(self, raw: bytes, recipient: str, sender: str) -> None:
        """Hand a mail over as somebody's program does."""
        if self.smtp:
            with smtplib.SMTP("localhost", self.smtp, timeout=10) as server:
                server.starttls(context=self._context())
                server.sendmail(sender, [recipient], raw)
            return
        with smtplib.LMTP("127.0.0.1", self.lmtp) as server:
            server.sendmail(sender, [recipient], raw)

    def opened(self, address: str) -> IMAP4_SSL:
        connection = IMAP4_SSL("localhost", self.imap, ssl_context=self._context(), timeout=10)
        connection.login(address, PASSWORD)
        return connection

    def mails(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in somebody's mailbox, oldest first; looking changes nothing."""
        connection = self.opened(address)
        try:
            if connection.select(folder, readonly=True)[0] != "OK":
                return []
            numbers = connection.uid("SEARCH", "ALL")[1][0].split()
            found = [connection.uid("FETCH", number.decode(), "(BODY.PEEK[])")[1] for number in numbers]
            return [bytes(parts[0][1]) for parts in found]
        finally:
            connection.logout()

    def unread(self, address: str) -> int:
        connection = self.opened(address)
        try:
            connection.select("INBOX", readonly=True)
            return len(connection.uid("SEARCH", "UNSEEN")[1][0].split())
        finally:
            connection.logout()

    def wait_for(self, address: str, count: int, folder: str = "INBOX") -> list[bytes]:
        """The mails of a mailbox, once there are so many."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self.mails(address, folder)
            if len(found) >= count:
                return found
            time.sleep(0.1)
        pytest.fail(f"{address} has {len(found)} mails in {folder}, not {count}\n{self.log()}")

    def log(self) -> str:
        names = ("out.log", "dovecot.log", "postfix.log")
        paths = [self.folder / name for name in names if (self.folder / name).exists()]
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in paths)

    def stop(self) -> None:
        self.process.kill()  # the first process of the namespace: the kernel ends all others with it
        self.process.wait(PATIENCE)


def calendar_of(raw: bytes) -> str:
    """The calendar part of a mail as its reader's program sees it."""
    message = message_from_bytes(raw, policy=default)
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    return str(part.get_content())


def start(root: Path, folder: Path) -> MailServers:
    """Start both and wait until they answer."""
    for name in ("etc/postfix", "spool", "data", "run", "mail"):
        (folder / name).mkdir(parents=True)
    smtp = _free_port() if os.geteuid() == 0 else 0
    imap, lmtp = _free_port(), _free_port()
    _certificate(folder)
    _accounts(folder)
    if smtp:
        _postfix(root, folder, smtp, lmtp)
    (folder / "dovecot.conf").write_text(_dovecot(folder, imap, lmtp))
    (folder / "start.sh").write_text(_script(root, folder, with_postfix=bool(smtp)))
    with (folder / "out.log").open("wb") as output:
        process = subprocess.Popen(
            [*APART, "--kill-child", "sh", str(folder / "start.sh")],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    servers = MailServers(folder, smtp, imap, lmtp, process)
    _wait_until_up(servers)
    return servers


def _wait_until_up(servers: MailServers) -> None:
    deadline = time.monotonic() + PATIENCE
    for port in filter(None, (servers.imap, servers.lmtp, servers.smtp)):
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if servers.process.poll() is not None or time.monotonic() > deadline:
                servers.stop()
                pytest.fail(f"the mail servers did not start:\n{servers.log()}")
            time.sleep(0.1)


def _certificate(folder: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost"], cwd=folder, check=True, capture_output=True
    )


def _accounts(folder: Path) -> None:
    passwd, group = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    for name, number in ACCOUNTS.items():
        passwd += f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n"
        group += f"{name}:x:{number}:\n"
    (folder / "etc/passwd").write_text(passwd)
    (folder / "etc/group").write_text(group)


def _postfix(root: Path, folder: Path, smtp: int, lmtp: int) -> None:
    etc = folder / "etc/postfix"
    share = root / "usr/share/postfix" if (root / "usr/share/postfix").is_dir() else Path("/usr/share/postfix")
    installed = root / "etc/postfix" if (root / "etc/postfix").is_dir() else Path("/etc/postfix")
    for path in installed.iterdir():
        if path.is_file():
            shutil.copy(path, etc / path.name)
    (etc / "main.cf").write_text(
        "\n".join(
            (
                "compatibility_level = 3.6",
                f"queue_directory = {folder}/spool",
                f"data_directory = {folder}/data",
                "myhostname = mail.example",
                "mydestination =",
                "alias_maps =",
                "alias_database =",
                "mynetworks = 127.0.0.0/8",
                "inet_interfaces = 127.0.0.1",
                "inet_protocols = ipv4",
                "virtual_mailbox_domains = static:all",
                f"virtual_transport = lmtp:inet:127.0.0.1:{lmtp}",
                # Taken in, then found to be nobody's: Postfix writes a real delivery report.
                "smtpd_reject_unlisted_recipient = no",
                f"transport_maps = inline:{{{{{UNKNOWN} = error:5.1.1 user unknown}}}}",
                f"smtpd_tls_cert_file = {folder}/cert.pem",
                f"smtpd_tls_key_file = {folder}/key.pem",
                "smtpd_tls_security_level = encrypt",
                f"maillog_file = {folder}/postfix.log",
                f"maillog_file_prefixes = {folder}",
                "",
            )
        )
    )
    lines = (share / "master.cf.dist").read_text().splitlines()
    (etc / "master.cf").write_text("\n".join(_unchrooted(line, smtp) for line in lines) + "\n")
    for name, owner in (("data", "postfix"), ("mail", "vmail")):
        os.chown(folder / name, ACCOUNTS[owner], ACCOUNTS[owner])
    folder.chmod(0o711)  # their accounts pass through, and list nothing


def _unchrooted(line: str, smtp: int) -> str:
    words = line.split()
    if line[:1] in {"#", " ", ""} or len(words) < 8:
        return line
    if words[:2] == ["smtp", "inet"]:
        words[0] = f"127.0.0.1:{smtp}"
    words[4] = "n"
    return " ".join(words)


def _dovecot(folder: Path, imap: int, lmtp: int) -> str:
    mine = "" if os.geteuid() == 0 else _as_one_account()
    user = "vmail" if os.geteuid() == 0 else str(os.geteuid())
    group = "vmail" if os.geteuid() == 0 else str(os.getegid())
    return f"""
protocols = imap lmtp
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
{mine}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  {"" if os.geteuid() == 0 else "chroot ="}
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imap}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""


def _as_one_account() -> str:
    """Dovecot without root: every part runs as the one who started it, none in a cage."""
    import grp
    import pwd

    user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    return f"""
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def _script(root: Path, folder: Path, *, with_postfix: bool) -> str:
    over = [
        f"mount -t overlay overlay -o {quote(f'lowerdir={root}/usr/{name}:/usr/{name}')} /usr/{name}"
        for name in ("lib", "sbin", "bin", "share")
        if (root / "usr" / name).is_dir()
    ]
    return "\n".join(
        (
            "set -e",
            *over,
            f"mount -t overlay overlay -o lowerdir={folder}/etc:/etc /etc",
            *(["postfix start-fg &"] if with_postfix else []),
            f"exec dovecot -F -c {quote(f'{folder}/dovecot.conf')}",
            "",
        )
    )
