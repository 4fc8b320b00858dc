"""Keeping child processes alive, and stopping them together. Standard library only."""

import contextlib
import ctypes
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Event
from time import monotonic
from typing import Any, Final

Say = Callable[[str], None]

_LOOK_EVERY: Final = 0.25
# A child that lived so long had started well: when it dies, it is started again at once.
_STEADY: Final = 30.0
_PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
_PATIENCE: Final = 30.0
_IMPATIENCE: Final = 2.0
_PR_SET_PDEATHSIG: Final = 1


@dataclass
class Child:
    """A process that must be there. ``quick_deaths``: how many times in a row it died soon after its start."""

    name: str
    command: Sequence[str]
    process: Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    quick_deaths: int = 0


def _die_with_parent() -> None:
    """Ask Linux to end this child when its parent is gone, even killed: nothing must keep the port behind it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(command: Sequence[str], **options: Any) -> Popen[bytes]:
    # A session of its own: Ctrl-C reaches the parent alone, which stops its children in order.
    return Popen(command, start_new_session=True, preexec_fn=_die_with_parent, **options)


class Watch:
    """Starts children, starts again those that die, and stops them all when asked to."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self._stop = Event()
        self._asked = 0.0

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def ask_to_stop(self, *_: Any) -> None:
        """The handler of SIGTERM and Ctrl-C. Asked again later, nothing is waited for any more.

        Not at once: `make` passes on a signal that its whole group has just received.
        """
        if not self.stopping:
            self._asked = monotonic()
        elif monotonic() - self._asked > _IMPATIENCE:
            os._exit(1)
        self._stop.set()

    def run_once(self, command: Sequence[str]) -> tuple[int, str]:
        """Run a program to its end, unless asked to stop; its code and what it said."""
        process = _start(command, stdout=PIPE)
        while True:
            try:
                said, _ = process.communicate(timeout=_LOOK_EVERY)
            except TimeoutExpired:
                if self.stopping:
                    self._end([process])
            else:
                return process.returncode, said.decode(errors="replace").rstrip()

    def keep_alive(self, children: Sequence[Child], ready: Callable[[], bool]) -> int:
        """Until asked to stop; 1 when a child cannot be kept alive. ``ready`` is asked until it says yes."""
        announced = failed = False
        while not self.stopping and not failed:
            for child in children:
                failed = failed or not self._look_after(child)
            announced = announced or ready()
            self._stop.wait(_LOOK_EVERY)
        self._end([child.process for child in children if child.process])
        return int(failed)

    def _look_after(self, child: Child) -> bool:
        """Start the child, or start it again when its pause is over; false when it dies again and again."""
        now = monotonic()
        if child.process is None:
            if now >= child.due:
                child.process, child.started = _start(child.command), now
            return True
        code = child.process.poll()
        if code is None:
            return True
        # What it had started itself is left without master, and may hold its port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGTERM)
        child.process = None
        child.quick_deaths = 0 if now - child.started > _STEADY else child.quick_deaths + 1
        if child.quick_deaths > len(_PAUSES):
            self.say(f"The {child.name} process ends as soon as it is started (code {code}): giving up.")
            return False
        pause = _PAUSES[child.quick_deaths - 1] if child.quick_deaths else 0.0
        child.due = now + pause
        self.say(f"The {child.name} process ended (code {code}): started again in {pause:g} s.")
        return True

    def _end(self, processes: Sequence[Popen[bytes]]) -> None:
        """Ask all to stop, leave them the time to finish what is in hand, then insist."""
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = monotonic() + _PATIENCE
        for process in processes:
            with contextlib.suppress(TimeoutExpired):
                process.wait(max(0.0, deadline - monotonic()))
            _kill_group(process)
            process.wait()


def _kill_group(process: Popen[bytes]) -> None:
    """End the process, if it did not, and whatever it had started and left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
