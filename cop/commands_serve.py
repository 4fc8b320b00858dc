"""``cop serve``: web and worker under one parent, which restarts what dies and stops both together.

The parent imports nothing of the application: what it prepares and what it watches are other processes.
"""

import contextlib
import os
import secrets
import signal
import socket
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

import click

from cop.commands_watch import Child, Watch

COP: Final = (sys.executable, "-m", "cop.commands")
LOOPBACK: Final = "127.0.0.1"


@click.command()
@click.option("--demo", is_flag=True, help="Serve the demonstration: sample data, mails are kept and can be read.")
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT")
@click.option("--web-workers", type=click.IntRange(1, 64), default=2, show_default=True, envvar="COP_WEB_WORKERS")
@click.option("--web-threads", type=click.IntRange(1, 64), default=4, show_default=True, envvar="COP_WEB_THREADS")
def serve(demo: bool, host: str, port: int, web_workers: int, web_threads: int) -> None:
    """Migrate the database, then serve the site and run the worker until Ctrl-C or SIGTERM."""
    _require_free(host, port)
    if demo:
        demonstration(os.environ, port)
    watch = Watch(click.echo)
    signal.signal(signal.SIGTERM, watch.ask_to_stop)
    signal.signal(signal.SIGINT, watch.ask_to_stop)
    signal.signal(signal.SIGHUP, watch.ask_to_stop)
    code, words = watch.run_once((*COP, "prepare"))
    if code == 0 and not watch.stopping:
        web = Child("web", web_command(host, port, web_workers, web_threads))
        worker = Child("worker", (*COP, "worker"))
        code = watch.keep_alive([web, worker], lambda: _announce(host, port, words))
    sys.exit(0 if watch.stopping else code)


def web_command(host: str, port: int, workers: int, threads: int) -> tuple[str, ...]:
    """Gunicorn, loaded once and forked: the workers share the application's memory."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    memory = Path("/dev/shm")  # noqa: S108 - the heartbeat of gunicorn's workers must not wait for a disk
    folder = ("--worker-tmp-dir", str(memory)) if os.access(memory, os.W_OK) else ()
    return (
        sys.executable, "-m", "gunicorn", "cop.app:create_app()",
        "--bind", address, "--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads),
        "--preload", "--timeout", "60", "--graceful-timeout", "20", "--keep-alive", "5",
        "--no-control-socket", "--log-level", "warning", *folder,
    )  # fmt: skip


def _require_free(host: str, port: int) -> None:
    if _is_free(host, port):
        return
    other = next((near for near in range(port + 1, min(port + 100, 65536)) if _is_free(host, near)), 8000)
    click.echo(f"Port {port} is taken by another program. Choose another:  PORT={other} make run", err=True)
    sys.exit(2)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does: a port that waits for late packets after a restart is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(host: str, port: int) -> bool:
    near = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    with contextlib.suppress(OSError), socket.create_connection((near, port), timeout=1):
        return True
    return False


def _announce(host: str, port: int, words: str) -> bool:
    """Say where the site is, once it answers; true when it was said."""
    if not _answers(host, port):
        return False
    click.echo(words)
    return True


def demonstration(environ: MutableMapping[str, str], port: int = 8000) -> None:
    """The settings of the demonstration, where none was given; its secret key is made once and kept."""
    default = Path(__file__).resolve().parent.parent / "instance"
    instance = Path(environ.setdefault("COP_INSTANCE", str(default))).expanduser().resolve()
    environ.setdefault("COP_ENV", "development")
    environ.setdefault("COP_DEMO", "yes")
    environ.setdefault("COP_MAIL_TRANSPORT", "preview")
    environ.setdefault("COP_PUBLIC_URL", f"http://localhost:{port}")
    if "COP_SECRET_KEY" not in environ:
        environ.setdefault("COP_SECRET_KEY_FILE", str(_secret_key(instance)))


def _secret_key(instance: Path) -> Path:
    path = instance / "secret_key"
    instance.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    return path
