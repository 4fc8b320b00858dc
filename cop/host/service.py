"""Choosing how long things are kept, and switching the rules on."""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db, insert_if_absent
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.host import queries_retention as retention
from cop.host.models import RetentionSetting
from cop.host.rules_retention import Way, check_length


def choose_length(code: str, length: int | None, actor: Actor) -> None:
    """How long; a shorter time lets more go than was read, so that the rule has to be switched on again."""
    known = retention.kept(code)
    wanted = check_length(known.rule, length)
    if not known.rule.adjustable or wanted == known.length:
        return
    setting = _setting(code)
    if wanted < known.length:
        setting.switched_on_at = setting.switched_on_by_id = None
    setting.length = wanted
    db.session.flush()
    activity.record(actor, "retention.changed", setting, length=wanted)


def switch_on(code: str, actor: Actor, now: datetime) -> None:
    """Let the job apply the rule; the caller has made sure that its report was read."""
    if retention.kept(code).rule.way is not Way.SWITCHED:
        raise Refused(_l("This rule is not switched on or off: it always holds."))
    setting = _setting(code)
    setting.switched_on_at, setting.switched_on_by_id = now, actor.account_id
    db.session.flush()
    activity.record(actor, "retention.switched_on", setting)


def switch_off(code: str, actor: Actor) -> None:
    setting = _setting(code)
    setting.switched_on_at = setting.switched_on_by_id = None
    db.session.flush()
    activity.record(actor, "retention.switched_off", setting)


def _setting(code: str) -> RetentionSetting:
    insert_if_absent(RetentionSetting, {"code": code, "length": retention.kept(code).length}, key=["code"])
    statement = sa.select(RetentionSetting).filter_by(code=code).with_for_update()
    found: RetentionSetting = db.session.scalars(statement).one()
    return found
