"""Sending a file, and saying what its columns are."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.imports.targets import Target


class UploadForm(Form):
    target = RadioField(_l("What is on this list?"), validators=[InputRequired()])
    file = FileField(
        _l("File"),
        validators=[FileRequired(_l("Choose a file."))],
        description=_l("CSV, XLSX (Excel) or ODS (LibreOffice), 10 MB and 50 000 lines at most."),
    )
    source = StringField(
        _l("Where does this list come from?"),
        validators=[InputRequired(_l("Say where this list comes from: its people may ask.")), Length(max=300)],
        description=_l("For example: attendance sheets of 2024, directory of the federation. People see it."),
    )
    informed_on = DateField(
        _l("When were these people told that we hold their data?"),
        validators=[Optional()],
        description=_l("Leave empty if they have not been told yet: they must be within a month (RGPD, article 14)."),
    )

    def offer(self, targets: Sequence[Target]) -> "UploadForm":
        self.target.choices = [SelectChoice(target.name, target.title) for target in targets]
        if not self.is_submitted():  # most lists are of people
            names = [target.name for target in targets]
            self.target.data = "people" if "people" in names else names[0]
        return self


class MappingForm(Form):
    """Made for one file: a choice for each of its columns."""

    replace = BooleanField(
        _l("Replace what is on record when the list says otherwise"),
        description=_l("Without this, only what is empty is filled."),
    )

    @property
    def mapping(self) -> list[str]:
        return [field.data or "" for field in self.columns]

    @property
    def columns(self) -> list[Any]:
        return [field for field in self if field.name.startswith("column_")]


def mapping_form(headings: Sequence[str], mapping: Sequence[str], target: Target, **values: Any) -> MappingForm:
    fields = (SelectChoice(field.name, field.title) for field in target.fields)
    choices = [SelectChoice("", _("Leave out")), *fields]
    made = {
        f"column_{at}": SelectField(heading, choices=choices, default=chosen, validators=[Optional()])
        for at, (heading, chosen) in enumerate(zip(headings, mapping, strict=True))
    }
    form: MappingForm = type("MappingForm", (MappingForm,), made)(**values)
    return form
