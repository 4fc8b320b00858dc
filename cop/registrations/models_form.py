"""What somebody answered to the questions of an event."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models_questions import Question


class RegistrationAnswer(Numbered):
    """``value``: a text, a number, true or false, or the list of what was chosen."""

    __tablename__ = "registration_answer"
    __table_args__ = (sa.UniqueConstraint("registration_id", "question_id"),)

    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    # The registration says it too; here it takes the answers along when somebody leaves, or asks for a copy.
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("What you answered when you registered"), personal.OnErasure.DELETE),
    )
    value: Mapped[Any] = mapped_column(sa.JSON)
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)

    question: Mapped[Question] = relationship()
