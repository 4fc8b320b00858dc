"""The question one asks: which period, where, which professions. People share its address: hence French names."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from wtforms import DateField, SelectChoice, SelectField
from wtforms.validators import Optional

from cop.core.forms import Form
from cop.core.i18n import _, _l, label
from cop.statistics import rules
from cop.statistics.rules import Dates, Period
from cop.territories.models import Profession, Territory

ALL: Final = "comptees"
REHAB: Final = "reeducation"
USUAL_PERIOD: Final = Period.THIS_YEAR.value
PERIODS: Final = {
    Period.THIS_YEAR: _l("This year"),
    Period.LAST_YEAR: _l("Last year"),
    Period.TWELVE_MONTHS: _l("The last twelve months"),
    Period.SINCE: _l("Since a day"),
    Period.BETWEEN: _l("Between two days"),
}
_KINDS: Final = {
    "region": _l("Region"),
    "hemi_region": _l("Part of the region"),
    "department": _l("Départements"),
    "custom": _l("Own perimeters"),
    "epci": _l("Intercommunal bodies"),
    "commune": _l("Commune"),
}


class QuestionForm(Form):
    """Sent by GET: it changes nothing, so it carries no token."""

    class Meta(Form.Meta):
        csrf = False

    periode = SelectField(_l("Period"), choices=[SelectChoice(p.value, words) for p, words in PERIODS.items()])
    du = DateField(_l("From"), [Optional()])
    au = DateField(_l("To"), [Optional()])
    territoire = SelectField(_l("Territory"), coerce=int)
    profession = SelectField(_l("Professions"))

    def offer(self, territories: Sequence[Territory], professions: Sequence[Profession]) -> None:
        self.territoire.choices = [
            SelectChoice(territory.id, territory.name, optgroup=str(_KINDS[territory.kind]))
            for territory in territories
        ]
        together = [SelectChoice(ALL, _("All counted professions"))]
        if {p.code for p in professions if p.rehab} not in ({p.code for p in professions}, set()):
            together.append(SelectChoice(REHAB, _("Rehabilitation professions")))
        alone = sorted((label(profession, "label"), profession.code) for profession in professions)
        self.profession.choices = [*together, *(SelectChoice(code, words) for words, code in alone)]

    def dates(self, today: date) -> Dates:
        """Raises ``Refused``, on the field it is about."""
        return rules.dates_of(Period(self.periode.data), today, self.du.data, self.au.data)


def answered(arguments: Mapping[str, str], territory_id: int) -> dict[str, str]:
    """What was asked, completed: this year, all counted professions."""
    return {
        "periode": arguments.get("periode") or USUAL_PERIOD,
        "du": arguments.get("du", ""),
        "au": arguments.get("au", ""),
        "territoire": str(territory_id),
        "profession": arguments.get("profession") or ALL,
    }


def chosen(code: str, professions: Sequence[Profession]) -> frozenset[str]:
    """The professions meant by a choice of the list."""
    if code == REHAB:
        return frozenset(p.code for p in professions if p.counted and p.rehab)
    return frozenset(p.code for p in professions) if code == ALL else frozenset({code})
