"""Two phones at one door: nobody twice, and nobody noted present in a list that is closed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from cop.attendance import service
from cop.attendance.rules import State
from cop.core import clock
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.people.service import Identity
from tests.attendance.conftest import Door


def at_once(app: Application, *presses: Callable[[], None]) -> list[bool]:
    """Run each press in its own thread and transaction, all released together; true for those that went through."""
    gate = Barrier(len(presses))

    def press(act: Callable[[], None]) -> bool:
        with app.app_context():
            gate.wait(timeout=30)
            try:
                with unit_of_work():
                    act()
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def test_one_person_pressed_on_eight_phones(app: Application, door: Door) -> None:
    def press() -> None:
        service.mark(door.half, door.amelie, State.PRESENT, actor=door.actor, now=clock.now())

    assert at_once(app, *[press] * 8) == [True] * 8
    assert door.marks() == {door.amelie: ("present", "list")}


def test_the_same_walk_in_typed_on_four_phones(app: Application, door: Door) -> None:
    def press() -> None:
        service.add_walk_in(door.half, Identity("Fanny", "Guyot"), actor=door.actor, now=clock.now())

    assert at_once(app, *[press] * 4) == [True] * 4
    assert list(door.marks().values()) == [("present", "walk_in")]


def test_whoever_is_pressed_while_the_list_closes_is_present_or_absent_as_was_answered(
    app: Application, door: Door
) -> None:
    def press() -> None:
        service.mark(door.half, door.bastien, State.PRESENT, actor=door.actor, now=clock.now())

    def close() -> None:
        service.close(door.half, actor=door.actor, now=clock.now())

    pressed, closed = at_once(app, press, close)
    assert closed
    assert door.marks()[door.bastien] == (("present", "list") if pressed else ("absent", "closing"))
