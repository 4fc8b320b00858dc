"""The mails written to a person, told on their page: the subject, never the body."""

import sqlalchemy as sa

from cop.core.db import db
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.mail.models import MailMessage, Status

_ON_ITS_WAY = frozenset({Status.QUEUED, Status.SENDING})


def moments(person_id: int) -> list[Moment]:
    columns = MailMessage.id, MailMessage.subject, MailMessage.status, MailMessage.sent_at, MailMessage.created_at
    rows = db.session.execute(sa.select(*columns).where(MailMessage.person_id == person_id))
    return [
        Moment(sent_at or created_at, "mail", _words(subject, status), "mail.message", (("message_id", number),))
        for number, subject, status, sent_at, created_at in rows
    ]


def _words(subject: str, status: str) -> str:
    if status == Status.SENT:
        return _("Received the mail “%(subject)s”.", subject=subject)
    if status in _ON_ITS_WAY:
        return _("Will receive the mail “%(subject)s”: it is on its way.", subject=subject)
    if status == Status.FAILED:
        return _("The mail “%(subject)s” could not be delivered.", subject=subject)
    return _("The mail “%(subject)s” was not sent: no longer needed, or refused.", subject=subject)
