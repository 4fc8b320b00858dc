"""The list of members handed over as a file: written in the activity log, since it leaves the application."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock, exports
from cop.core.i18n import _, label
from cop.host import queries as host
from cop.memberships import queries_lists, rules
from cop.memberships.queries_lists import Line, Which


def export(which: Which, viewer: Account, kind_id: int | None, actor: Actor) -> bytes:
    lines = queries_lists.everyone(which, viewer, clock.today(), kind_id)
    organisation = host.current_host()
    if organisation is not None:
        activity.record(actor, "membership.exported", organisation, list=str(which), lines=len(lines))
    return exports.csv_file(_rows(lines))


def _rows(lines: Sequence[Line]) -> Iterator[Sequence[Any]]:
    yield (
        _("Family name"), _("Given name"), _("Organisation"), _("E-mail"), _("Profession"), _("Communes of practice"),
        _("Kind of membership"), _("From"), _("To"), _("Amount"), _("Received"), _("Remaining"), _("State"),
    )  # fmt: skip
    today = clock.today()
    for line in lines:
        one, person = line.membership, line.membership.person
        state = rules.state(
            due=one.amount_cents, settled=line.settled, ends_on=one.ends_on, ended_on=one.ended_on, today=today
        )
        yield (
            person.family_name,
            person.given_name,
            one.organisation.name if one.organisation else "",
            person.email or "",
            label(person.profession, "label") if person.profession else "",
            ", ".join(site.commune.name for site in person.sites),
            label(one.kind),
            one.starts_on,
            one.ends_on,
            *(
                (Decimal(cents) / 100).quantize(Decimal("0.01"))
                for cents in (one.amount_cents, line.received, line.remaining)
            ),
            str(rules.STATES[state]),
        )


def _euros(cents: int) -> Decimal:
    return (Decimal(cents) / 100).quantize(Decimal("0.01"))
