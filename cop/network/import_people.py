"""Lists of people: who each line is about, what it adds, and why some lines are refused.

People are recognised by RPPS number, then by address, then by name and commune. What is on record is completed; it
is overwritten only when that was asked for. Notes are not read: people write about health in them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from cop.core.access import Permission
from cop.core.errors import Refused
from cop.core.i18n import _, _l
from cop.core.spreadsheets import Cell, text_of
from cop.imports.rules import Verdict
from cop.imports.targets import Context, Entry, Plan
from cop.network import queries_import as queries
from cop.network import rules_import as rules
from cop.network.rules_import import Said
from cop.network.rules_import_columns import FIELDS, FORBIDDEN
from cop.network.service_import import Work, write
from cop.people import rules as people
from cop.people.models import Person
from cop.people.rules_phones import phone
from cop.territories import rules as territories

Value = TypeVar("Value")
_TITLES: Final = {one.name: one.title for one in FIELDS}


class PeopleTarget:
    name = "people"
    title = _l("People: contacts, participants, members")
    permission = Permission.PERSON_IMPORT
    fields = FIELDS
    forbidden = FORBIDDEN

    def check(self, fields: set[str]) -> None:
        if not fields & {"full_name", "family_name"}:
            raise Refused(_l("Say which column holds the names: nobody can be known without one."))

    def begin(self, context: Context) -> "PeopleRun":
        return PeopleRun(context)


IMPORT_TARGETS: Final = [PeopleTarget()]


@dataclass(slots=True)
class PeopleRun:
    """One reading of one list."""

    context: Context
    communes: queries.Communes = field(default_factory=queries.communes)
    professions: dict[str, str] = field(init=False)
    labels: dict[str, str] = field(init=False)
    # Where in the file each number, address, name in a place was first: the line and who it is about.
    seen: dict[tuple[str, Any], tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = queries.professions()
        self.professions = rules.professions_by_key(rows)
        self.labels = {code: french for code, french, _english in rows}

    def plan(self, entries: Sequence[Entry]) -> list[Plan]:
        read = [self._read(entry) for entry in entries]
        said = [one for one in read if isinstance(one, Said)]
        known = queries.known(
            {one.rpps for one in said if one.rpps},
            {one.email for one in said if one.email},
            {one.search_name for one in said},
            {people.search_name(one.organisation) for one in said if one.organisation},
        )
        return [one if isinstance(one, Plan) else self._decide(one, known) for one in read]

    def apply(self, plans: Sequence[Plan]) -> None:
        write([plan.work for plan in plans], self.context.import_id, self.context.actor)

    # --- Reading a line ---------------------------------------------------------------------------

    def _read(self, entry: Entry) -> Said | Plan:
        try:
            return self._said(entry)
        except Refused as refused:
            return Plan(Verdict.REFUSED, _name_in(entry.values), refused.message)

    def _said(self, entry: Entry) -> Said:
        """Raises ``Refused`` with all that is wrong on the line: it is mended once, not fault after fault."""
        faults: list[str] = []

        def text(name: str) -> str:
            return people.one_line(text_of(entry.values.get(name, "")))

        def read(reader: Callable[..., Value], *texts: Any) -> Value | None:
            try:
                return reader(*texts)
            except Refused as refused:
                faults.append(str(refused.message))
                return None

        given, family = rules.names(text("given_name"), text("family_name"), text("full_name"))
        if not family:
            faults.append(_("There is no family name on this line."))
        said = Said(
            entry.number,
            given,
            family,
            read(rules.email, text("email")) or "",
            read(rules.phone, text("phone")),
            read(self._profession, text("profession")),
            read(self._commune, text("commune"), text("postal_code"), text("insee")),
            read(rules.rpps, entry.values.get("rpps", "")) or "",
            text("organisation")[:200],
            text("function")[:120],
        )
        if faults:
            raise Refused(" ".join(faults))
        return said

    def _profession(self, text: str) -> str | None:
        if not text:
            return None
        code = self.professions.get(text.lower()) or self.professions.get(rules.profession_key(text))
        if code is None:
            raise Refused(
                _l("“%(text)s” is not a profession we know: write it as in the list, or leave it empty.", text=text)
            )
        return code

    def _commune(self, name: str, postal_code: str, code: str) -> int | None:
        code = code.upper().zfill(5) if code else ""
        if not (name or postal_code or code):
            return None
        name, inside = rules.place(name)
        postal_code = postal_code or inside
        found = self.communes.find(name, rules.postal_code(postal_code), territories.whole_commune(code))
        words = " ".join(part for part in (name, postal_code, code) if part)
        if not found:
            raise Refused(_l("The commune “%(text)s” is not known here: check its name or its code.", text=words))
        if len(found) > 1:
            raise Refused(_l("Several communes answer to “%(text)s”: add the postal code and the name.", text=words))
        allowed = self.context.territories
        if allowed is not None and found[0] not in allowed:
            raise Refused(_l("%(text)s is outside of the territory you look after.", text=words))
        return found[0]

    # --- Deciding ---------------------------------------------------------------------------------

    def _decide(self, said: Said, known: queries.Known) -> Plan:
        try:
            self._once(said)
            person, reason = queries.recognise(said, known)
            if person is not None:
                self._may_touch(person, said)
        except Refused as refused:
            return Plan(Verdict.REFUSED, said.who, refused.message)
        return self._complete(person, said, known, reason) if person else self._create(said, known, reason)

    def _once(self, said: Said) -> None:
        """A person stands once in a list; the first line counts."""
        keys: list[tuple[str, Any]] = [("rpps", said.rpps), ("email", said.email)]
        if not said.rpps and not said.email:
            keys.append(("name", (said.search_name, said.commune_id)))
        for key in keys:
            if not key[1]:
                continue
            number, name = self.seen.setdefault(key, (said.number, said.search_name))
            if number == said.number:
                continue
            if name == said.search_name:
                raise Refused(_l("The same person is on line %(number)s already.", number=number))
            if key[0] == "rpps":
                raise Refused(_l("This RPPS number is on line %(number)s, under another name.", number=number))
            raise Refused(
                _l("This address is on line %(number)s, for somebody else: give each their own.", number=number)
            )

    def _may_touch(self, person: Person, said: Said) -> None:
        number, _name = self.seen.setdefault(("person", person.id), (said.number, ""))
        if number != said.number:  # once by number, once by address
            raise Refused(_l("The same person is on line %(number)s already.", number=number))
        allowed = self.context.territories
        if allowed is not None and not {site.commune_id for site in person.sites} & allowed:
            raise Refused(_l("This person is known outside of your territory: ask the coordination."))

    def _create(self, said: Said, known: queries.Known, reason: Any) -> Plan:
        if self.context.territories is not None and said.commune_id is None:
            return Plan(
                Verdict.REFUSED, said.who, _l("Say where this person practises: your rights are on a territory.")
            )
        values: dict[str, Any] = {
            "given_name": said.given_name,
            "family_name": said.family_name,
            "search_name": said.search_name,
            "email": said.email or None,
            # Somebody is known by this address already: a mailbox for two.
            "email_key": said.email if said.email and not known.by_email.get(said.email) else None,
            "phone": said.phone,
            "profession_code": said.profession_code,
            "rpps": said.rpps or None,
        }
        work = Work(None, values, said.commune_id)
        self._employ(work, said, known)
        told = [str(part) for part in (reason, _slip(said.email)) if part]
        return Plan(Verdict.CREATE, said.who, " ".join(told), work=work)

    def _complete(self, person: Person, said: Said, known: queries.Known, reason: Any) -> Plan:
        work, changes, kept = Work(person), [], []
        for name, value in self._wanted(said).items():
            now = getattr(person, name)
            if not value or now == value:
                continue
            if now and not self.context.replace:
                kept.append(str(_TITLES[_COLUMNS[name]]))
                continue
            work.values[name] = value
            changes.append((_TITLES[_COLUMNS[name]], self._shown(name, now), self._shown(name, value)))
        if {"given_name", "family_name"} & work.values.keys():
            names = {"given_name": person.given_name, "family_name": person.family_name, **work.values}
            work.values["search_name"] = people.search_name(names["given_name"], names["family_name"])
        changes += self._place(work, person, said)
        if self._employ(work, said, known):
            changes.append((_TITLES["organisation"], "", said.organisation))
        told = [str(part) for part in (reason, _slip(work.values.get("email", ""))) if part]
        if kept:
            told.append(_("Kept as it is on record: %(fields)s.", fields=", ".join(kept)))
        verdict = Verdict.CHANGE if changes else Verdict.SAME
        return Plan(verdict, person.full_name, " ".join(told), tuple(changes), work)

    def _wanted(self, said: Said) -> dict[str, Any]:
        names = {"given_name": said.given_name, "family_name": said.family_name} if self.context.replace else {}
        return {
            **names,
            "email": said.email,
            "phone": said.phone,
            "profession_code": said.profession_code,
            "rpps": said.rpps,
        }

    def _shown(self, name: str, value: Any) -> str:
        if name == "profession_code":
            return self.labels.get(value, value or "")
        return phone(value) if name == "phone" else str(value or "")

    def _place(self, work: Work, person: Person, said: Said) -> list[tuple[Any, str, str]]:
        there = [site.commune_id for site in person.sites]
        if said.commune_id is None or said.commune_id in there or (there and not self.context.replace):
            return []
        work.commune_id = said.commune_id
        before = ", ".join(self.communes.names.get(one, "") for one in there)
        after = self.communes.names[said.commune_id]
        return [(_TITLES["commune"], before, f"{before}, {after}" if before else after)]

    def _employ(self, work: Work, said: Said, known: queries.Known) -> bool:
        """Where the person works, unless we know it."""
        searched = people.search_name(said.organisation)
        if not searched or (work.person is not None and (work.person.id, searched) in known.at):
            return False
        there = [one for one in known.organisations[searched] if one.commune_id in {said.commune_id, None}]
        found = there or known.organisations[searched]
        work.organisation = found[0] if len(found) == 1 or there else said.organisation
        work.organisation_commune_id, work.function = said.commune_id, said.function
        return True


_COLUMNS: Final[Mapping[str, str]] = {
    "given_name": "given_name",
    "family_name": "family_name",
    "email": "email",
    "phone": "phone",
    "profession_code": "profession",
    "rpps": "rpps",
}


def _slip(email: str) -> str:
    """An address that can be written to, and was probably meant otherwise."""
    hint = people.email_hint(email) if email else None
    return _("Read the address again: %(email)s, perhaps %(hint)s?", email=email, hint=hint) if hint else ""


def _name_in(values: Mapping[str, Cell]) -> str:
    parts = (text_of(values.get(name, "")) for name in ("given_name", "family_name", "full_name"))
    return " ".join(part for part in parts if part)[:200]
