"""From an address to a question: what was asked, completed with what is usual, within what the viewer may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.datastructures import MultiDict

from cop.accounts import access
from cop.accounts.sign_in import current_account
from cop.core import clock
from cop.core.access import Permission
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import label
from cop.host import queries as hosts
from cop.host.models import Host
from cop.statistics import forms, queries_dashboard, queries_places
from cop.statistics.forms import QuestionForm
from cop.statistics.queries_ground import Ground
from cop.statistics.rules import Question
from cop.territories.models import Profession, Territory

_USUAL: Final = {"periode": forms.USUAL_PERIOD, "profession": forms.ALL}


@dataclass(frozen=True)
class Inquiry:
    """A question as it was asked. ``ground`` is missing when it cannot be answered: the form says why."""

    form: QuestionForm
    host: Host
    territory: Territory
    places: Sequence[Territory]
    counted: Sequence[Profession]
    answers: Mapping[str, str]
    ground: Ground | None

    @property
    def professions(self) -> dict[str, str]:
        return {profession.code: label(profession, "label") for profession in self.counted}

    @property
    def threshold(self) -> int | None:
        """Below it counts are hidden, unless the viewer may read the names themselves."""
        may_read = access.can(current_account(), Permission.PERSON_READ, self.territory.id)
        return None if may_read else self.host.small_count

    def values(self, **changes: Any) -> dict[str, Any]:
        """What an address must say to ask the same, but for some changes."""
        wanted = {**self.answers, **{name: str(value) for name, value in changes.items()}}
        return {name: value for name, value in wanted.items() if value and _USUAL.get(name) != value}


def territory_asked(**_: Any) -> int | None:
    """Where the right must hold; without territory, anywhere the viewer has it."""
    asked = request.values.get("territoire", type=int)
    return None if asked is None else queries_places.get(asked).id


def read(permission: Permission, *, by_place: bool = True) -> Inquiry:
    """The question of this request, within the territories where the viewer has the right."""
    host = hosts.current_host()
    if host is None:
        raise NotFound
    reach = access.territories_with(current_account(), permission)
    territories = queries_places.askable(reach, host.root_territory_id)
    territory = _meant(territories, host)
    places = queries_places.rows_of(territory) if by_place else []
    counted = queries_dashboard.professions()
    answers = forms.answered(request.values, territory.id)
    form = QuestionForm(MultiDict(answers))
    form.offer(territories if territory in territories else [*territories, territory], counted)
    return Inquiry(form, host, territory, places, counted, answers, _ground(form, host, territory, places, counted))


def _meant(territories: Sequence[Territory], host: Host) -> Territory:
    """The territory named; else the organisation's own, or the widest one the viewer has."""
    asked = request.values.get("territoire", type=int)
    if not territories:
        raise NotFound
    if asked is not None:
        return queries_places.get(asked)  # within the viewer's right: the scope of the view has been checked
    by_number = {territory.id: territory for territory in territories}
    return by_number.get(host.root_territory_id, territories[0])


def _ground(
    form: QuestionForm, host: Host, territory: Territory, places: Sequence[Territory], counted: Sequence[Profession]
) -> Ground | None:
    zone = ZoneInfo(host.time_zone)
    if not form.validate():
        return None
    try:
        dates = form.dates(clock.today(zone))
    except Refused as refused:
        refuse(form, refused)
        return None
    professions = forms.chosen(str(form.profession.data), counted)
    return Ground(Question(dates, territory.id, professions), tuple(place.id for place in places), zone)
