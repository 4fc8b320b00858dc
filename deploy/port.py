"""Is the port free? Said in one line, before a minute of set-up rather than after."""

from __future__ import annotations

import socket

from deploy.console import Problem

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server does: a port in TIME_WAIT after a restart is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free_port(text: str) -> None:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Problem(f"PORT must be a number from 1 to 65535, not “{text}”.")
    port = int(text)
    if is_free(port):
        return
    if port < 1024:
        raise Problem(f"Port {port} is taken or reserved to root. Choose another:  PORT=8000 make run")
    other = next((near for near in range(port + 1, port + 100) if near <= 65535 and is_free(near)), 8000)
    raise Problem(f"Port {port} is taken by another program. Choose another:  PORT={other} make run")
