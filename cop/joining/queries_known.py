"""What who answers an application should see beside it: numbers, addresses and names that are known already."""

from collections.abc import Sequence
from dataclasses import dataclass

from cop.core.i18n import label
from cop.joining import queries
from cop.joining.models import Application
from cop.joining.rules import Typed
from cop.memberships import queries as memberships
from cop.people import queries as people
from cop.people import rules as names
from cop.people.models import Person
from cop.people.rules import RppsState
from cop.territories import queries as territories
from cop.territories import rules as numbers
from cop.volunteers import queries as volunteers


@dataclass(frozen=True, slots=True)
class Known:
    """``same``: the record the application would complete, or has completed. ``others``: other people under the
    same address, who may have left it. ``rpps``: how the number stands."""

    same: Person | None
    others: Sequence[Person]
    rpps: RppsState
    communes: dict[int, str]
    membership: str
    skills: Sequence[str]


def known(application: Application, typed: Typed) -> Known:
    same, others = _people(application)
    kinds = {kind.id: label(kind) for kind in memberships.kinds()} if typed.membership_kind_id else {}
    wanted = set(typed.skill_ids)
    return Known(
        same=same,
        others=others,
        rpps=people.rpps_state(application.person) if application.person else _rpps(typed.rpps, same),
        communes=queries.communes([site.commune_id for site in typed.sites]),
        membership=kinds.get(typed.membership_kind_id or 0, ""),
        skills=[label(one) for one in volunteers.skills(archived=True) if one.id in wanted] if wanted else [],
    )


def _people(application: Application) -> tuple[Person | None, list[Person]]:
    if application.person is not None:
        return application.person, list(people.sharing_address(application.person))
    name = application.given_name, application.family_name
    found = people.by_email(application.email)
    same = next(
        (one for one in found if not names.clearly_different((one.given_name, one.family_name), name)),
        None,
    )
    return same, [one for one in found if one is not same]


def _rpps(typed: str, same: Person | None) -> RppsState:
    number = numbers.rpps_number(typed)
    holder = people.by_rpps(number) if number else None
    claimed = number if holder is not None and holder is not same else ""
    return names.rpps_state(number, claimed, territories.register_knows(number) if number else None)
