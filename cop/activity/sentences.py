"""The activity log in words: what each code of ``activity.record`` says."""

from collections.abc import Mapping
from typing import Any, Final

from cop.core.i18n import _, _l

# ``who`` acts, ``what`` is the thing, as the page names them.
SENTENCES: Final[Mapping[str, Any]] = {
    "account.changed": _l("%(who)s changed the account of %(what)s."),
    "account.factor_added": _l("%(who)s added a second factor to the account of %(what)s."),
    "account.factor_removed": _l("%(who)s took a second factor off the account of %(what)s."),
    "account.factors_reset": _l("%(who)s took every second factor off the account of %(what)s."),
    "account.opened": _l("%(who)s opened the account of %(what)s."),
    "account.password_changed": _l("%(who)s changed the password of %(what)s."),
    "account.recovery_code_used": _l("%(who)s used a recovery code."),
    "account.recovery_codes_renewed": _l("%(who)s made new recovery codes."),
    "account.restored": _l("%(who)s opened the account of %(what)s again."),
    "account.role_given": _l("%(who)s gave a role to %(what)s."),
    "account.role_withdrawn": _l("%(who)s took a role back from %(what)s."),
    "account.second_factor_failed": _l("A wrong second factor was shown for the account of %(who)s."),
    "account.sessions_ended": _l("%(who)s signed their other devices out."),
    "account.signed_in": _l("%(who)s signed in."),
    "account.suspended": _l("%(who)s suspended the account of %(what)s."),
    "affiliation.added": _l("%(who)s noted somebody who works at %(what)s."),
    "affiliation.changed": _l("%(who)s corrected what somebody does at %(what)s."),
    "affiliation.ended": _l("%(who)s noted that somebody left %(what)s."),
    "affiliation.informed": _l("%(who)s told somebody of %(what)s what is kept of them."),
    "application.accepted": _l("%(who)s accepted an application (%(what)s)."),
    "application.confirmed": _l("%(who)s confirmed the address of an application (%(what)s)."),
    "application.refused": _l("%(who)s refused an application (%(what)s)."),
    "attendance.closed": _l("%(who)s closed the attendance list of %(what)s."),
    "attendance.counted": _l("%(who)s gave the number of people at %(what)s."),
    "attendance.removed": _l("%(who)s took somebody off the attendance list of %(what)s."),
    "attendance.reopened": _l("%(who)s opened the attendance list of %(what)s again."),
    "attendance.undone": _l("%(who)s took back a press on the attendance list of %(what)s."),
    "candidate.approached": _l("%(who)s thought of somebody for a seat (%(what)s)."),
    "candidate.moved": _l("%(who)s noted how far a candidate has come (%(what)s)."),
    "charter.written": _l("%(who)s wrote a new version of a charter (%(what)s)."),
    "community.animator": _l("%(who)s changed who animates %(what)s."),
    "community.archived": _l("%(who)s archived the community %(what)s."),
    "community.changed": _l("%(who)s changed the community %(what)s."),
    "community.charter_published": _l("%(who)s published a charter of %(what)s."),
    "community.created": _l("%(who)s founded the community %(what)s."),
    "community.joined": _l("%(who)s joined the community %(what)s."),
    "community.left": _l("%(who)s left the community %(what)s."),
    "community.restored": _l("%(who)s restored the community %(what)s."),
    "community.suspended": _l("%(who)s suspended a member of %(what)s."),
    "community.suspension_lifted": _l("%(who)s lifted a suspension in %(what)s."),
    "decision.changed": _l("%(who)s changed a decision (%(what)s)."),
    "decision.recorded": _l("%(who)s wrote down a decision (%(what)s)."),
    "event.cancelled": _l("%(who)s cancelled %(what)s."),
    "event.changed": _l("%(who)s changed %(what)s."),
    "event.created": _l("%(who)s wrote the draft of %(what)s."),
    "event.duplicated": _l("%(who)s copied an event: %(what)s."),
    "event.published": _l("%(who)s published %(what)s."),
    "exchange.logged": _l("%(who)s noted an exchange with %(what)s."),
    "exchange.removed": _l("%(who)s took away an exchange with %(what)s."),
    "hours.exported": _l("%(who)s took a copy of the volunteers’ hours (%(what)s)."),
    "hours.noted": _l("%(who)s noted volunteers’ hours (%(what)s)."),
    "hours.removed": _l("%(who)s took a line of hours off (%(what)s)."),
    "import.applied": _l("%(who)s imported a list (%(what)s)."),
    "import.discarded": _l("%(who)s had the file of a list forgotten (%(what)s)."),
    "import.refused_taken": _l("%(who)s took the refused lines of a list (%(what)s)."),
    "import.undone": _l("%(who)s undid the import of a list (%(what)s)."),
    "import.uploaded": _l("%(who)s sent a list to be imported (%(what)s)."),
    "joining.approval_changed": _l("%(who)s changed who says yes to applications (%(what)s)."),
    "mandate.changed": _l("%(who)s changed a mandate (%(what)s)."),
    "mandate.ended": _l("%(who)s ended a mandate early (%(what)s)."),
    "mandate.exported": _l("%(who)s took a copy of the list of mandates of %(what)s."),
    "mandate.given": _l("%(who)s gave a mandate (%(what)s)."),
    "mandate.put_back": _l("%(who)s put a mandate back (%(what)s)."),
    "mandate.removed": _l("%(who)s took off a mandate written by mistake (%(what)s)."),
    "mandate.reopened": _l("%(who)s undid the early end of a mandate (%(what)s)."),
    "mandate.rights_put_right": _l("%(who)s put right the access that a mandate gives (%(what)s)."),
    "mandate_kind.added": _l("%(who)s added a function (%(what)s)."),
    "mandate_kind.changed": _l("%(who)s changed a function (%(what)s)."),
    "membership.ended": _l("%(who)s ended a membership before its term."),
    "membership.exempted": _l("%(who)s exempted somebody from a membership fee."),
    "membership.exported": _l("%(who)s took a copy of the list of members of %(what)s."),
    "membership.paid": _l("%(who)s recorded the payment of a membership."),
    "membership.payment_cancelled": _l("%(who)s cancelled a payment recorded by mistake."),
    "membership.receipt_issued": _l("%(who)s issued the receipt of a membership."),
    "membership.requested": _l("%(who)s asked for a membership."),
    "membership.resumed": _l("%(who)s took up a membership again."),
    "membership_kind.changed": _l("%(who)s changed a kind of membership."),
    "membership_kind.created": _l("%(who)s added a kind of membership."),
    "membership_renewal.changed": _l("%(who)s changed a mail of the renewal."),
    "membership_renewal.launched": _l("%(who)s sent a mail of the renewal."),
    "membership_renewal.switched": _l("%(who)s switched the mails of the renewal on or off."),
    "membership_settings.changed": _l("%(who)s changed the settings of memberships."),
    "organisation.archived": _l("%(who)s archived %(what)s."),
    "organisation.changed": _l("%(who)s changed the record of %(what)s."),
    "organisation.created": _l("%(who)s added the organisation %(what)s."),
    "organisation.exported": _l("%(who)s took a copy of the list of organisations of %(what)s."),
    "organisation.restored": _l("%(who)s restored %(what)s."),
    "organisation_kind.changed": _l("%(who)s changed a kind of organisation: %(what)s."),
    "people.exported": _l("%(who)s took a copy of a list of people (%(what)s)."),
    "person.address_released": _l(
        "%(who)s took an address off the record of %(what)s, because a colleague has it now."
    ),
    "person.changed": _l("%(who)s changed the record of %(what)s."),
    "person.channels_chosen": _l("%(who)s changed how %(what)s may be reached."),
    "person.created": _l("%(who)s wrote the record of %(what)s."),
    "person.data_taken": _l("%(who)s took a copy of the data of %(what)s."),
    "person.erased": _l("%(who)s erased a person (%(what)s)."),
    "person.merged": _l("%(who)s merged two records into %(what)s."),
    "person.reopened_pair": _l("%(who)s wants to look again whether %(what)s is one person or two."),
    "person.request_answered": _l("%(who)s answered a request about the data of %(what)s."),
    "person.request_noted": _l("%(who)s noted a request about the data of %(what)s."),
    "person.rpps_conflict": _l("%(who)s gave an RPPS number that another person has (%(what)s)."),
    "person.told_apart": _l("%(who)s told two people apart (%(what)s)."),
    "person.unmerged": _l("%(who)s undid a merge into %(what)s."),
    "project.changed": _l("%(who)s changed a project (%(what)s)."),
    "project.created": _l("%(who)s opened a project (%(what)s)."),
    "registration.answer_dismissed": _l("%(who)s put away an answer that came by mail (%(what)s)."),
    "registration.answer_taken": _l("%(who)s took an answer that came from another address (%(what)s)."),
    "registration.counter_declined": _l("%(who)s answered that the date stays (%(what)s)."),
    "registration.cancelled": _l("%(who)s cancelled a registration for %(what)s."),
    "registration.confirmed": _l("%(who)s made a registration for %(what)s."),
    "registration.promoted": _l("%(who)s gave a seat that became free for %(what)s."),
    "registration.waitlisted": _l("%(who)s made a registration on the waiting list of %(what)s."),
    "retention.changed": _l("%(who)s changed a time of keeping."),
    "retention.report_taken": _l("%(who)s took a copy of what a time of keeping would let go."),
    "retention.switched_off": _l("%(who)s switched a time of keeping off."),
    "retention.switched_on": _l("%(who)s switched a time of keeping on."),
    "skill.added": _l("%(who)s added a skill (%(what)s)."),
    "skill.changed": _l("%(who)s changed a skill (%(what)s)."),
    "statistics.exported": _l("%(who)s took a copy of the figures of %(what)s."),
    "steps.exported": _l("%(who)s took a copy of the engagement steps of %(what)s."),
    "task.accepted": _l("%(who)s accepted the task %(what)s."),
    "task.cancelled": _l("%(who)s cancelled the task %(what)s."),
    "task.created": _l("%(who)s wrote the task %(what)s."),
    "task.declined": _l("%(who)s declined the task %(what)s."),
    "task.proposed": _l("%(who)s proposed the task %(what)s by mail."),
    "volunteer.active": _l("%(who)s noted that %(what)s volunteers again."),
    "volunteer.changed": _l("%(who)s changed what %(what)s offers as a volunteer."),
    "volunteer.ended": _l("%(who)s ended the volunteering of %(what)s."),
    "volunteer.enrolled": _l("%(who)s made %(what)s a volunteer."),
    "volunteer.paused": _l("%(who)s put the volunteering of %(what)s on a pause."),
}
_COMING_IN: Final = frozenset(
    f"account.{act}" for act in ("signed_in", "second_factor_failed", "recovery_code_used", "sessions_ended")
)
# What one looks for in the log: the name in the address, the words, and the codes of those acts.
FAMILIES: Final[Mapping[str, tuple[Any, frozenset[str]]]] = {
    "connexions": (_l("Sign-ins"), _COMING_IN),
    "droits": (
        _l("Rights and accounts"),
        frozenset(code for code in SENTENCES if code.startswith(("account.", "mandate."))) - _COMING_IN,
    ),
    "exports": (_l("Exports"), frozenset(code for code in SENTENCES if code.endswith(".exported"))),
    "imports": (_l("Imports"), frozenset(code for code in SENTENCES if code.startswith("import."))),
}
_KINDS: Final[Mapping[str, Any]] = {
    "public": _l("Somebody without account"),
    "worker": _l("The worker"),
    "command": _l("A command of the server"),
}


def actor(kind: str, name: str | None) -> str:
    """Who acted; an account that is gone has no name left."""
    return name or str(_KINDS.get(kind) or _("An account that is gone"))


def sentence(action: str, who: str, what: str) -> str:
    """One act in words; a code nobody has worded yet is shown as it is."""
    words = SENTENCES.get(action)
    if words is None:
        return _("%(who)s: %(action)s (%(what)s)", who=who, action=action, what=what)
    return str(words) % {"who": who, "what": what}
