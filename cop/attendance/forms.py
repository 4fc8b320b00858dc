"""What is typed at the door: somebody who came without having registered, or a number of people."""

from typing import Any

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cop.attendance import rules
from cop.core.forms import Form
from cop.core.i18n import _l
from cop.people.forms import CommuneField, EmailField, ProfessionField, required
from cop.people.service import Identity


class WalkInForm(Form):
    given_name = StringField(_l("First name"), [required(_l("Give a first name.")), Length(max=100)])
    family_name = StringField(_l("Last name"), [required(_l("Give a last name.")), Length(max=100)])
    profession = ProfessionField()
    commune = CommuneField(_l("Commune of practice"))
    email = EmailField(_l("E-mail"), [Length(max=254)])

    def identity(self) -> Identity:
        return Identity(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data or "",
            profession_code=self.profession.data or None,
            commune_id=self.commune.commune_id,
        )


class HeadcountForm(Form):
    """Numbers only: no name, no age, nothing by which a family could be recognised."""

    headcount = IntegerField(
        _l("People present"),
        [
            InputRequired(_l("Give a number of people, from 0 upwards.")),
            NumberRange(0, rules.MOST_PEOPLE, _l("Give a number of people, from 0 upwards.")),
        ],
    )

    children = IntegerField(
        _l("Of whom children"),
        [Optional(), NumberRange(0, rules.MOST_PEOPLE, _l("Give a number of people, from 0 upwards."))],
    )

    def __init__(self, counted: int | None = None, children: int | None = None, **values: Any) -> None:
        super().__init__(data={"headcount": counted, "children": children}, **values)
