"""What a service says when it will not do what is asked."""

from typing import Any


class Refused(Exception):
    """A request that breaks a rule of the trade; ``message`` is the sentence shown to the person.

    ``field`` names the form field the sentence belongs to, if any.
    """

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotFound(Exception):
    """The thing does not exist, or not for this person: the two look the same from outside."""


class Forbidden(Exception):
    """The thing exists and is in the person's scope, but the right is missing."""


class RateLimited(Exception):
    """Too many tries; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
