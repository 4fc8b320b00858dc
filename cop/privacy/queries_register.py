"""The register of processing (RGPD, art. 30), with the times of keeping that hold here."""

from collections.abc import Mapping
from typing import Final

from cop.core.i18n import _, _l
from cop.host import queries_retention as retention

HEADS: Final = (
    _l("Processing"),
    _l("Purpose"),
    _l("Legal basis"),
    _l("People concerned"),
    _l("Data"),
    _l("Recipients"),
    _l("Kept"),
    _l("Security"),
)


def lines() -> list[list[str]]:
    """One line for each processing; nothing leaves the European Union by this application."""
    kept = {one.rule.code: one.words for one in retention.all_kept()}
    return [*_about_meetings(kept), *_about_the_organisation(kept), *_about_the_site(kept)]


def _secure() -> str:
    return _("rights by territory and period, second factor, log, encrypted transport, keyed fingerprints")


def _team() -> str:
    return _("the team, each on its territory; the hosting provider and the mail provider, as processors")


def _about_meetings(kept: Mapping[str, str]) -> list[list[str]]:
    """What is known of those who come to a meeting, or are asked to."""
    secure, team = _secure(), _team()
    return [
        [
            _("Meetings: registration, invitation, attendance"),
            _("welcome people, put the meeting in their calendar, account for it to funders"),
            _("legitimate interest; contract for a training"),
            _("professionals and partners who register"),
            _("name, address, profession, commune of practice, RPPS number if given, presence by half-day"),
            team,
            _(
                "%(time)s after the last contact; a registration without presence: %(less)s",
                time=kept["participant"],
                less=kept["registration"],
            ),
            secure,
        ],
        [
            _("Journeys shared to a meeting"),
            _("let those registered travel together"),
            _("consent"),
            _("those registered who offer a seat or look for one"),
            _("first name, commune, hour, address or telephone chosen, who wrote to whom"),
            _("those registered for the same meeting; the team sees numbers only"),
            _("%(time)s after the meeting, or as soon as they take it back", time=kept["carpool"]),
            secure,
        ],
        [
            _("Asking people to a meeting, and for a date"),
            _("let those concerned know of a meeting, and find the date that suits most"),
            _("legitimate interest; opposition by a link in each mail"),
            _("people known to the organisation, within the territory of who writes"),
            _("name, address, asked, page opened by their link, answered; no pixel"),
            team,
            _("meeting: %(time)s after it; poll of dates: %(less)s", time=kept["guest"], less=kept["poll"]),
            secure,
        ],
    ]


def _about_the_organisation(kept: Mapping[str, str]) -> list[list[str]]:
    """What is known of those who carry it, and of those it works with."""
    secure, team = _secure(), _team()
    return [
        [
            _("Members, mandates, volunteers"),
            _("keep the association running: who votes, who acts in its name, who helps"),
            _("contract (statutes); legal obligation for accounts"),
            _("members, directors, volunteers"),
            _("the same, telephone, periods, payments, functions, skills and hours"),
            team,
            _("%(time)s after the end; accounts: ten years", time=kept["former_member"]),
            secure,
        ],
        [
            _("Partners and communities"),
            _("know whom to call in an organisation, and what was said"),
            _("legitimate interest"),
            _("contacts in organisations"),
            _("name, function, address and telephone of the organisation, exchanges in one line"),
            team,
            _("%(time)s after the last contact", time=kept["participant"]),
            secure,
        ],
    ]


def _about_the_site(kept: Mapping[str, str]) -> list[list[str]]:
    """What the site needs to run, and to count."""
    secure, team = _secure(), _team()
    return [
        [
            _("Accounts and log"),
            _("recognise people, protect the data of others, know who did what"),
            _("legitimate interest"),
            _("whoever signs in"),
            _("address, roles, second factor, sign-ins, acts by numbers"),
            _("the administrators"),
            _(
                "sign-ins: %(time)s; an account nobody used: %(less)s",
                time=kept["sign_in"],
                less=kept["unused_account"],
            ),
            secure,
        ],
        [
            _("Mails"),
            _("write to people, and show that they were told"),
            _("legitimate interest; opposition by a link in each mail that was not asked for"),
            _("whoever is written to"),
            _("address, subject, date, text"),
            team,
            _("text: %(time)s; the rest as the record", time=kept["mail_body"]),
            secure,
        ],
        [
            _("Share of professionals mobilised"),
            _("compare those who came with those who practise"),
            _("legitimate interest; open data"),
            _("professionals of the public register"),
            _("keyed fingerprint of the number, commune, profession: no name, no address"),
            _("nobody"),
            _("until the next extract"),
            secure,
        ],
    ]
