"""The pages of registrations: the event's, the personal ones, and the lists of those who run it."""

from typing import Final

from cop.registrations import (
    views_answers,
    views_change,
    views_event,
    views_export,
    views_form,
    views_lists,
    views_personal,
    views_quotas,
    views_waitlist,
)

VIEWS: Final = (
    views_answers,
    views_change,
    views_event,
    views_export,
    views_form,
    views_lists,
    views_personal,
    views_quotas,
    views_waitlist,
)
BLUEPRINTS: Final = tuple({view.blueprint for view in VIEWS})
