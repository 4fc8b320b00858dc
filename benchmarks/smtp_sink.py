"""An SMTP server that takes every mail and keeps none, in a process of its own: ``python -m benchmarks.smtp_sink``.

Prints its port, and serves until its standard input is closed.
"""

import socket
import socketserver
import sys
import threading

END = b"\r\n.\r\n"


class Conversation(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.rest = b""
        # Several short answers in a row must not wait for the client's acknowledgement of the first.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.sendall(b"220 sink\r\n")
        while line := self._line():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.request.sendall(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n")
            elif verb == b"DATA":
                self.request.sendall(b"354 go on\r\n")
                self._skip_message()
                self.request.sendall(b"250 taken\r\n")
            elif verb == b"QUIT":
                self.request.sendall(b"221 bye\r\n")
                return
            else:
                self.request.sendall(b"250 ok\r\n")

    def _line(self) -> bytes:
        while b"\r\n" not in self.rest:
            if not (more := self.request.recv(65536)):
                return b""
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line or b" "

    def _skip_message(self) -> None:
        while END not in self.rest:
            if not (more := self.request.recv(65536)):
                return
            self.rest += more
        self.rest = self.rest.partition(END)[2]


class Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True


if __name__ == "__main__":
    with Sink(("127.0.0.1", 0), Conversation) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()
