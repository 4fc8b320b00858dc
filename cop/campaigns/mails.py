"""The mail that asks somebody to come, with the link that is theirs."""

from typing import Any, Final

from cop.campaigns import rules_words
from cop.campaigns.models import Campaign
from cop.campaigns.queries_audience import Reader
from cop.core import formats
from cop.core.i18n import _, speaking
from cop.invitations import ical, queries_guests
from cop.mail import service as mail
from cop.mail.composition import Ready, Words, escape
from cop.mail.models import Category, MailMessage
from cop.registrations.rules import HEADCOUNT

TEMPLATE: Final = "campaigns/mail/invitation"
# Whom a mail is shown for when nobody is chosen yet.
_SOMEBODY: Final = Reader(0, "Camille", "Durand", "", "fr", None, None)


def usual_words(language: str, *, chase: bool) -> tuple[str, str]:
    """What one may leave as it is, or write anew: subject and words."""
    name = rules_words.OFFERED[language][2]
    with speaking(language):
        if chase:
            words = _(
                "A few days ago we asked you to come, and have no answer from you yet. A no helps us too: on the page"
                " below it takes one press, and we shall not write about it again."
            )
            return _("Will you come? %(event)s", event=name), words
        return (
            _("Invitation: %(event)s", event=name),
            _("We would be glad to have you with us at this meeting."),
        )


def invitation(campaign: Campaign, reader: Reader, lost: int | None = None) -> MailMessage | None:
    """Worthless once the event has begun, so it is not sent after. ``lost``: the mail this one is in the place of,
    which is replaced once, however many press."""
    event = campaign.event
    key = f"campaign:{campaign.id}:{campaign.stops}:{reader.id}"
    return mail.enqueue(
        key=f"{key}:after:{lost}" if lost else key,
        kind="campaigns.chase" if campaign.chase else "campaigns.invitation",
        category=Category.COMMUNITY,
        recipient=reader.email,
        recipient_name=reader.name,
        template=TEMPLATE,
        values=_values(campaign, reader, reader.language, queries_guests.guest_link(event.id, reader.id)),
        locale=reader.language,
        person_id=reader.id,
        event_id=event.id,
        expires_at=event.starts_at,
    )


def preview(campaign: Campaign, reader: Reader | None, language: str) -> Words:
    """The mail as this reader will see it, but for the link, which is theirs alone."""
    values = _values(campaign, reader or _SOMEBODY, language, ical.page_of(campaign.event))
    return mail.preview(TEMPLATE, values, language, Category.COMMUNITY)


def _values(campaign: Campaign, reader: Reader, language: str, page: str) -> dict[str, Any]:
    event = campaign.event
    subject, words = _own(campaign, language)
    with speaking(language):
        names = {
            "given_name": reader.given_name or reader.family_name,
            "family_name": reader.family_name,
            "title": event.title,
            "when": formats.period(event.starts_at, event.ends_at, event.zone),
            "place": ical.location_of(event),
        }
    return {
        "given_name": names["given_name"],
        "subject": rules_words.fill(subject, names),
        # Markdown of whoever invites; the names filled in are escaped, HTML is switched off.
        "words": Ready(rules_words.fill(words, {name: escape(value) for name, value in names.items()})),
        "title": event.title,
        "when": names["when"],
        "place": names["place"],
        "registers": event.kind.attendance != HEADCOUNT,
        "page": page,
    }


def _own(campaign: Campaign, language: str) -> tuple[str, str]:
    """Without English words, the French ones are read by everybody: the rest of the mail is in English."""
    if language == "en" and campaign.words_en:
        return campaign.subject_en or campaign.subject_fr, campaign.words_en
    return (campaign.subject_en if language == "en" else "") or campaign.subject_fr, campaign.words_fr
