"""Mandates in somebody's story."""

from cop.core import clock, formats
from cop.core.i18n import _, label
from cop.core.timeline import Moment
from cop.mandates import queries, rules
from cop.mandates.models import Mandate


def moments(person_id: int) -> list[Moment]:
    """The first day of each mandate, and its last one once it is over."""
    today, found = clock.today(), []
    page = ("mandates.of_person", (("person_id", person_id),))
    for mandate in queries.of_person(person_id):
        state = queries.state(mandate, today)
        if state in (rules.State.REMOVED, rules.State.AWAITING):
            continue
        name = described(mandate)
        if mandate.starts_on <= today:
            found.append(Moment(mandate.starts_on, "mandate", _("Mandate begun: %(name)s.", name=name), *page))
        if state is rules.State.ENDED and mandate.last_day:
            found.append(Moment(mandate.last_day, "mandate", _ended(mandate, name), *page))
    return found


def _ended(mandate: Mandate, name: str) -> str:
    if mandate.ended_on and mandate.end_reason in rules.END_REASONS:
        why = rules.END_REASONS[mandate.end_reason]
        return _("Mandate ended: %(name)s (%(why)s).", name=name, why=why)
    return _("Mandate ended: %(name)s.", name=name)


def described(mandate: Mandate) -> str:
    """« Animation territoriale, Maine-et-Loire et Sarthe »."""
    places = [place.name for place in mandate.territories] or ([mandate.project.name] if mandate.project else [])
    return ", ".join([mandate.title or label(mandate.kind), *places])


def ending_line(mandate: Mandate) -> str:
    """For a list in a mail: who, what, until when."""
    day = formats.date_long(mandate.last_day) if mandate.last_day else ""
    return _("%(name)s: %(what)s, until %(day)s", name=mandate.person.full_name, what=described(mandate), day=day)
