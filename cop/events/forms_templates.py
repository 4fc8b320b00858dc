"""The name of a template; and a new event's form, filled in from one."""

from collections.abc import Sequence
from typing import Any

from wtforms import StringField
from wtforms.validators import Length

from cop.core import clock
from cop.core.forms import Form
from cop.core.i18n import _l
from cop.events import forms
from cop.events.models import Event
from cop.events.service_templates import LONGEST_NAME
from cop.mandates.models import Project
from cop.people.forms import required
from cop.territories.models import Territory


class NameForm(Form):
    name = StringField(
        _l("Name of the template"), [required(_l("Give the template a name.")), Length(max=LONGEST_NAME)]
    )


def for_new(template: Event, territories: Sequence[Territory], projects: Sequence[Project] = ()) -> forms.EventForm:
    """All that the template says but its dates: the hours stay."""

    def row(half: Any) -> tuple[None, Any, Any, None]:
        first, last = (clock.local(moment, template.zone) for moment in (half.starts_at, half.ends_at))
        return None, first.time(), last.time(), None

    return forms.filled(template, [row(half) for half in template.held_half_days], territories, projects)
