"""What the form of an event holds, in words: to show somebody what another editor wrote."""

from typing import Any
from zoneinfo import ZoneInfo

from cop.communities import queries as communities
from cop.core import formats
from cop.core.i18n import _, label
from cop.events import queries
from cop.mandates import queries as mandates
from cop.people import queries_communes as communes


def in_words(name: str, value: Any, zone: ZoneInfo) -> str:
    if name == "half_days":
        return " ; ".join(formats.period(span.starts_at, span.ends_at, zone) for span in value)
    if name == "commune_id":
        return communes.label_of(value)
    if name == "territory_id":
        return queries.territory_name(value)
    if name == "community_id":
        return communities.name_of(value)
    if name == "project_id":
        return mandates.project_name(value)
    if name == "theme_ids":
        return ", ".join(label(theme) for theme in queries.themes() if theme.id in value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value if value not in (None, "") else _("empty"))
