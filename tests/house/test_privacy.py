"""What the schema refuses to hold: a patient's, a child's or a resident's identity or health."""

import re

from cop.core.db import db
from cop.core.web import Application

# Words of a column that would invite what the product must not hold, with the reason in docs/privacy.md.
FORBIDDEN = re.compile(
    r"birth|naissance|gender|sexe|civilit|home_address|nir\b|\bins\b|vitale|patient|child|enfant|resident|"
    r"diagnos|treatment|disab|handicap|pregnan|addict|school|famil(?!y_name)|illness|health_status|diet(?!it)|photo"
)
# Not about a person: the family of a profession in the nomenclature, and how many children came to a public meeting.
ALLOWED = {"profession.family", "half_day.children"}


def test_no_column_invites_health_data(app: Application) -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if FORBIDDEN.search(column.name)
    }
    assert found - ALLOWED == set()
