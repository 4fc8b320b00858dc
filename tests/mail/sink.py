"""A real SMTP server on loopback that keeps what it is given and answers what a test tells it to."""

import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# (verb, argument, how many times this verb came) -> an answer, "drop" to hang up, None for the usual answer
Script = Callable[[str, str, int], str | None]


@dataclass
class Mail:
    sender: str
    recipient: str
    data: bytes
    encrypted: bool


@dataclass
class Sink:
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    hello: list[str] = field(default_factory=list)
    extensions: tuple[str, ...] = ()
    script: Script = lambda *_: None
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    counts: dict[str, int] = field(default_factory=dict)


class _Conversation(socketserver.StreamRequestHandler):
    # Several short answers in a row must not wait for the client's acknowledgement of the first.
    disable_nagle_algorithm = True

    @property
    def sink(self) -> Sink:
        return self.server.sink  # type: ignore[attr-defined, no-any-return]

    def setup(self) -> None:
        self.encrypted = False
        if self.sink.implicit:
            self._encrypt()
        super().setup()

    def _encrypt(self) -> None:
        assert self.sink.tls is not None
        self.request = self.sink.tls.wrap_socket(self.request, server_side=True)
        self.encrypted = True

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def handle(self) -> None:
        self.sink.connections += 1
        try:
            self._talk()
        except (ConnectionError, ssl.SSLError, ValueError):
            return

    def _talk(self) -> None:
        self.say("220 sink ready")
        self.sender = self.recipient = ""
        while line := self.rfile.readline():
            verb, _, argument = line.decode().rstrip("\r\n").partition(" ")
            verb = verb.upper()
            self.sink.counts[verb] = self.sink.counts.get(verb, 0) + 1
            answer = self.sink.script(verb, argument, self.sink.counts[verb])
            if answer == "drop" or not self._answer(verb, argument, answer):
                return

    def _answer(self, verb: str, argument: str, scripted: str | None) -> bool:
        if scripted and verb != "DATA":
            self.say(scripted)
            return True
        return getattr(self, f"do_{verb.lower()}", self.do_other)(argument) is not False

    def do_ehlo(self, name: str) -> None:
        self.sink.hello.append(name)
        extensions = ["8BITMIME", *self.sink.extensions]
        if self.sink.tls and not self.encrypted:
            extensions.append("STARTTLS")
        if self.encrypted or not self.sink.tls:
            extensions.append("AUTH PLAIN")
        for extension in extensions:
            self.wfile.write(f"250-{extension}\r\n".encode())
        self.say("250 SIZE 10000000")

    def do_starttls(self, _: str) -> None:
        self.say("220 go on")
        self._encrypt()
        self.rfile = self.request.makefile("rb", -1)
        self.wfile = self.request.makefile("wb", 0)

    def do_auth(self, argument: str) -> None:
        self.sink.logins.append(argument)
        self.say("235 welcome")

    def do_mail(self, argument: str) -> None:
        self.sender, self.recipient = argument.partition("<")[2].partition(">")[0], ""
        self.say("250 ok")

    def do_rcpt(self, argument: str) -> None:
        self.recipient = argument.partition("<")[2].partition(">")[0]
        self.say("250 ok")

    def do_data(self, _: str) -> bool | None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        if not lines:  # what a client says that was taken at its word too early
            self.say("554 no valid recipients")
            return None
        answer = self.sink.script("AFTER DATA", self.recipient, len(self.sink.mails) + 1)
        if answer == "drop":
            return False
        if not answer or answer.startswith(("2", "taken")):
            self.sink.mails.append(Mail(self.sender, self.recipient, b"".join(lines), self.encrypted))
        if answer == "taken, then drop":
            return False
        self.say(answer or "250 taken")
        return None

    def do_rset(self, _: str) -> None:
        self.say("250 ok")

    def do_quit(self, _: str) -> bool:
        self.say("221 bye")
        return False

    def do_other(self, _: str) -> None:
        self.say("502 unknown")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    sink: Sink


@contextmanager
def running(**values: Any) -> Iterator[Sink]:
    sink = Sink(**values)
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.sink = sink
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server certificate for ``name``, its own authority; made by the ``openssl`` that ca-certificates brings."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key),
         "-out", str(cert), "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
