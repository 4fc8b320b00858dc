"""The reference data of the tests: three thousand territories are loaded once, and again when a test changed them."""

import re
from typing import Any, Final

import sqlalchemy as sa

TABLES: Final = frozenset({"territory", "territory_part", "commune_code", "commune_postal_code", "profession"})
_WRITES: Final = re.compile(rf'\s*(INSERT INTO|UPDATE|DELETE FROM) "?({"|".join(TABLES)})"?\s', re.IGNORECASE)


class Reference:
    """Whether the rows are there, as they were loaded. A write that was rolled back counts as one: no harm in that."""

    def __init__(self) -> None:
        self.there = False

    def watch(self, engine: sa.Engine) -> None:
        sa.event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self.there and _WRITES.match(statement):
            self.there = False


reference: Final = Reference()
