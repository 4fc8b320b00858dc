"""Fields of several forms of events: an hour, boxes to tick."""

from typing import Any

from wtforms import SelectMultipleField, TimeField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cop.core.i18n import _


class HourField(TimeField):
    """An hour; « 9h30 » is understood too."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        formats_read = ["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh"]
        super().__init__(label, validators or [Optional()], format=formats_read, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(["".join(text.split()) for text in valuelist])
        except ValueError:
            self.data = None
            raise ValueError(_("An hour such as 9:30.")) from None


class Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
