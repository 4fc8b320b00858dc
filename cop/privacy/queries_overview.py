"""What is held of somebody as they read it: what, how much, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cop.core import clock
from cop.core.formats import date_long
from cop.core.i18n import _
from cop.host import queries_retention as retention
from cop.host.queries_retention import Kept
from cop.people.models import Person
from cop.privacy import queries, queries_holds, queries_retention
from cop.privacy.queries import Section


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    count: int
    until: str


@dataclass(frozen=True)
class Holding:
    """``stays``: a mandate, membership or role keeps the record for as long as it holds."""

    persons: Sequence[Person]
    sections: Sequence[Section]
    lines: Sequence[Line]
    stays: bool


def holding(persons: Sequence[Person], account_ids: Sequence[int]) -> Holding:
    numbers, today = [person.id for person in persons], clock.today()
    sections = queries.held(numbers, account_ids)
    rules = {kept.rule.code: kept for kept in retention.all_kept()}
    stays = not queries_holds.in_force(today).isdisjoint(numbers)
    own = _until_record(numbers, rules, stays=stays)
    # Details (the text of a mail) go with what they belong to: one line each, not one for each table.
    lines = [Line(one.title, len(one.rows), _until(one, rules, own)) for one in sections]
    return Holding(persons, sections, lines, stays)


def _until_record(numbers: Sequence[int], rules: Mapping[str, Kept], *, stays: bool) -> str:
    is_member = not queries_holds.once_members().isdisjoint(numbers)
    kept = rules["former_member" if is_member else "participant"]
    if stays:
        return _("as long as your membership, mandate or role lasts, then %(time)s", time=kept.words)
    contacts = queries_retention.last_contacts(numbers)
    last = max((contacts[number] for number in numbers), default=None)
    if last is None or last == date.min:
        return _("%(time)s after our last contact", time=kept.words)
    return _("until %(day)s, unless we hear from you before", day=date_long(kept.until(last)))


def _until(section: Section, rules: Mapping[str, Kept], own: str) -> str:
    words = {code: kept.words for code, kept in rules.items()}
    special = {
        "mail_message": _("text: %(time)s; address, subject and date as long as your record", time=words["mail_body"]),
        "mail_body": words["mail_body"],
        "activity_entry": _("sign-ins: %(time)s; other acts, by numbers only", time=words["sign_in"]),
        "registration": _(
            "%(time)s after the meeting when you did not come, otherwise as your record", time=words["registration"]
        ),
        "guest": _("%(time)s after the meeting", time=words["guest"]),
        "campaign_recipient": _("%(time)s after the meeting", time=words["guest"]),
        "membership_payment": _("ten years, as accounts are"),
        "membership_receipt": _("ten years, as accounts are"),
        "mail_opposition": _("as long as you do not want such mails"),
        "privacy_request": _("%(time)s after the answer", time=words["request"]),
        "poll_voter": _("%(time)s after the poll", time=words["poll"]),
        "sign_in_link": _("a day at most"),
    }
    return special.get(section.table, own)
