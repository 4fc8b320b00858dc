"""The form of a community, and the end of a suspension."""

from collections.abc import Sequence

from wtforms import HiddenField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from cop.communities import queries
from cop.communities.models import Community
from cop.communities.rules import Description
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l
from cop.people.forms import required
from cop.territories.models import Territory

_LONG = 10_000


class CommunityForm(Form):
    name = StringField(_l("Name"), [required(_l("Give the community a name.")), Length(max=120)])
    practice = StringField(_l("The practice it gathers round"), [Length(max=300)])
    purpose = TextAreaField(_l("What it is for"), [Length(max=_LONG)])
    rhythm = StringField(_l("When it meets"), [Length(max=200)])
    every_weeks = IntegerField(
        _l("Every how many weeks"), [Optional(), NumberRange(1, 52, _l("A number of weeks, from 1 to 52."))]
    )
    territory_id = SelectField(_l("Territory"), coerce=int)
    charter = TextAreaField(_l("Charter"), [Length(max=_LONG)])
    version = HiddenField()

    def description(self) -> Description:
        return Description(
            name=self.name.data or "",
            practice=self.practice.data or "",
            purpose=self.purpose.data or "",
            rhythm=self.rhythm.data or "",
            every_weeks=self.every_weeks.data,
            territory_id=self.territory_id.data or None,
        )

    @property
    def shown_version(self) -> int:
        digits = str(self.version.data or "")
        return int(digits) if digits.isdecimal() and len(digits) < 10 else 0


def community_form(community: Community | None, territories: Sequence[Territory], *, everywhere: bool) -> CommunityForm:
    """``everywhere``: whoever has the right on all of the organisation may leave the territory open."""
    values = {}
    if community is not None:
        held = queries.charter(community)
        names = (*Description.__slots__, "version")
        values = {name: getattr(community, name) for name in names} | {"charter": held.text if held else ""}
        values["territory_id"] = community.territory_id or 0
    form = CommunityForm(data=values)
    whole = [SelectChoice(0, str(_("The whole organisation")))] if everywhere else []
    choices = [*whole, *(SelectChoice(place.id, place.name) for place in territories)]
    if community is not None and community.territory and community.territory_id not in {c.value for c in choices}:
        choices.append(SelectChoice(community.territory.id, community.territory.name))
    form.territory_id.choices = choices
    return form


class SuspensionForm(Form):
    until = DayField(_l("Until"))
