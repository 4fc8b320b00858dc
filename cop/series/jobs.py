"""Putting cycles right after one of their seminars was changed below."""

from datetime import timedelta
from typing import Final

from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.series import queries_cycles, service_cycles

JOBS: Final = [
    Job(
        name="series.promotions",
        title=_l("Give seats that became free at every seminar of a cycle to those who wait"),
        every=timedelta(seconds=30),
        find=queries_cycles.with_free_seats,
        handle=service_cycles.promote,
    ),
    Job(
        name="series.declined",
        title=_l("Give back the seats of people who declined every seminar of a cycle in their calendar"),
        every=timedelta(seconds=30),
        find=queries_cycles.declined,
        handle=service_cycles.decline,
    ),
    Job(
        name="series.enrolment",
        title=_l("Register the people of a cycle for a seminar that was added to it"),
        every=timedelta(seconds=30),
        find=queries_cycles.to_enrol,
        handle=service_cycles.enrol,
    ),
]
