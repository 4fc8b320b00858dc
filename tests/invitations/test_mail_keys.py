from datetime import UTC, datetime

from cop.invitations.mails import confirmation_key
from cop.invitations.models import Invitation


def test_a_number_given_again_is_another_invitation() -> None:
    """The database may do so once the last one was erased: the next person must have their mail."""
    first, again = (Invitation(id=7, created_at=datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2))
    assert confirmation_key(first) != confirmation_key(again)
