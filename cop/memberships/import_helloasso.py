"""What was paid on HelloAsso: its export of memberships, read line by line.

People are recognised by address, then by name; a payment by HelloAsso's reference, so that the same file twice, or
the next export, which holds the last one's lines too, records nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cop.core import clock, formats
from cop.core.access import Permission
from cop.core.errors import Refused
from cop.core.i18n import _, _l, label
from cop.core.spreadsheets import Cell, as_date, text_of
from cop.imports.rules import Field, Forbidden, Verdict
from cop.imports.targets import Context, Entry, Plan
from cop.memberships import queries_import, rules, rules_helloasso
from cop.memberships.models import MembershipKind
from cop.memberships.queries_import import Known, member_key
from cop.memberships.rules import OfferedTo
from cop.memberships.rules_helloasso import Bought
from cop.memberships.service_import import Work, write
from cop.organisations.models import Organisation
from cop.people import rules as people
from cop.people.models import Person

# The headings of HelloAsso's export come first; see tests/memberships/README.md for where they are documented.
FIELDS: Final = (
    Field("reference", _l("Reference of the order"), ("Référence commande", "Numéro de commande", "Order reference")),
    Field("date", _l("Date of the order"), ("Date de la commande", "Date", "Order date")),
    Field("state", _l("State of the order"), ("Statut de la commande", "Statut", "Order status")),
    Field("family_name", _l("Family name of the member"), ("Nom adhérent", "Nom de l’adhérent", "Member last name")),
    Field(
        "given_name", _l("Given name of the member"), ("Prénom adhérent", "Prénom de l’adhérent", "Member first name")
    ),
    Field("email", _l("E-mail address of the member"), ("Email", "Adresse email", "E-mail de l’adhérent")),
    Field("payer_family_name", _l("Family name of the payer"), ("Nom payeur", "Payer last name")),
    Field("payer_given_name", _l("Given name of the payer"), ("Prénom payeur", "Payer first name")),
    Field("payer_email", _l("E-mail address of the payer"), ("Email payeur", "Payer email")),
    Field("organisation", _l("Organisation"), ("Raison sociale", "Company")),
    Field("method", _l("Means of payment"), ("Moyen de paiement", "Payment method")),
    Field("price", _l("Price"), ("Tarif", "Formule", "Tier")),
    Field("amount", _l("Amount"), ("Montant tarif", "Montant du tarif", "Montant")),
    Field("discount", _l("Amount of the promotional code"), ("Montant code promo", "Montant du code promo")),
)
FORBIDDEN: Final = (
    Forbidden(
        _l("This column holds what we have no use for (birth, home, national number): nothing of it is kept."),
        ("Date de naissance", "Code postal", "Ville", "Pays", "Sexe", "Civilité", "Adresse postale"),
    ),
)
_NEEDED: Final = ("reference", "date", "family_name", "price", "amount")


class HelloAssoTarget:
    name = "helloasso"
    title = _l("Memberships paid on HelloAsso")
    permission = Permission.MEMBERSHIP_MANAGE
    fields = FIELDS
    forbidden = FORBIDDEN

    def check(self, fields: set[str]) -> None:
        missing = [str(one.title) for one in FIELDS if one.name in _NEEDED and one.name not in fields]
        if missing:
            raise Refused(_l("Say which columns hold: %(fields)s.", fields=", ".join(missing)))

    def begin(self, context: Context) -> "HelloAssoRun":
        return HelloAssoRun(context)


IMPORT_TARGETS: Final = [HelloAssoTarget()]


def _day(cell: Cell) -> date:
    try:
        day = as_date(cell)
    except ValueError:
        day = None
    if day is None:
        raise Refused(_l("The date of the order cannot be read."))
    return day


@dataclass(slots=True)
class HelloAssoRun:
    """One reading of one export."""

    context: Context
    kinds: list[MembershipKind] = field(default_factory=queries_import.kinds_on_offer)
    seen: dict[str, int] = field(default_factory=dict)  # the line each payment was on first
    paid: dict[str, int] = field(default_factory=dict)  # the line that settled each membership

    def plan(self, entries: Sequence[Entry]) -> list[Plan]:
        read = [self._read(entry) for entry in entries]
        said = [one for one in read if isinstance(one, Bought)]
        known = queries_import.known(
            {one.email for one in said if one.email},
            {people.search_name(one.given_name, one.family_name) for one in said},
            {people.search_name(one.organisation) for one in said if one.organisation},
            {one.key for one in said},
        )
        return [
            one if isinstance(one, Plan) else self._decide(one, entry.number, known)
            for one, entry in zip(read, entries, strict=True)
        ]

    def apply(self, plans: Sequence[Plan]) -> None:
        write([plan.work for plan in plans], self.context.import_id, self.context.actor)

    # --- Reading a line ---------------------------------------------------------------------------

    def _read(self, entry: Entry) -> Bought | Plan:
        def text(name: str) -> str:
            return people.one_line(text_of(entry.values.get(name, "")))

        who = f"{text('given_name')} {text('family_name')}".strip()[:200]
        try:
            rules_helloasso.check_state(text("state"))
            return self._bought(text, _day(entry.values.get("date", "")))
        except Refused as refused:
            return Plan(Verdict.REFUSED, who, refused.message)

    def _bought(self, text: Any, paid_on: date) -> Bought:
        if not text("reference"):
            raise Refused(_l("There is no reference on this line: it could be recorded twice."))
        if not text("family_name"):
            raise Refused(_l("There is no family name on this line."))
        rules.check_past(paid_on, clock.today())
        email = people.normalise_email(text("email") or self._payer_email(text))
        if email and not people.is_email(email):
            raise Refused(_l("“%(email)s” is not a complete mail address.", email=email))
        return Bought(
            text("reference")[:60],
            text("given_name")[:100],
            text("family_name")[:100],
            email,
            text("organisation")[:200],
            text("price"),
            rules_helloasso.amount(text("amount"), text("discount")),
            rules_helloasso.method(text("method")),
            paid_on,
        )

    def _payer_email(self, text: Any) -> str:
        """The payer's address is the member's own only when they are the same person: a parent or a secretary may
        pay, and would then be mixed up with the member."""
        payer = people.search_name(text("payer_given_name"), text("payer_family_name"))
        same = not payer or payer == people.search_name(text("given_name"), text("family_name"))
        return str(text("payer_email")) if same else ""

    # --- Deciding ---------------------------------------------------------------------------------

    def _decide(self, said: Bought, number: int, known: Known) -> Plan:
        try:
            if said.key in known.payments:
                return Plan(Verdict.SAME, said.who, _l("This payment is recorded already."))
            if self.seen.setdefault(said.key, number) != number:
                raise Refused(_l("The same payment is on line %(number)s already.", number=self.seen[said.key]))
            kind = self._kind(said)
            organisation = self._organisation(said, known) if kind.offered_to == OfferedTo.ORGANISATION else None
            person = self._person(said, known)
            return self._pay(said, kind, person, organisation, known, number)
        except Refused as refused:
            return Plan(Verdict.REFUSED, said.who, refused.message)

    def _kind(self, said: Bought) -> MembershipKind:
        wanted = rules_helloasso.names(said.price)
        for kind in self.kinds:
            if wanted & rules_helloasso.names("\n".join((kind.name_fr, kind.name_en, kind.import_names))):
                return kind
        raise Refused(
            _l(
                "The price “%(price)s” is not known: write it on the page of a kind of membership, under “Its names in"
                " HelloAsso”, then check the file again.",
                price=said.price,
            )
        )

    def _organisation(self, said: Bought, known: Known) -> Organisation:
        found = known.organisations[people.search_name(said.organisation)] if said.organisation else []
        if len(found) == 1:
            return found[0]
        if not said.organisation:
            raise Refused(_l("This price is for an organisation, and the line names none."))
        raise Refused(
            _l("“%(name)s” is not one of our organisations, or several are called so.", name=said.organisation)
        )

    def _person(self, said: Bought, known: Known) -> Person | None:
        name = people.search_name(said.given_name, said.family_name)
        by_email = known.by_email[said.email] if said.email else []
        namesakes = [one for one in by_email if one.search_name == name]
        if by_email and not namesakes:
            other = by_email[0].full_name
            raise Refused(_l("This address is the one of %(name)s, under another name: who is it?", name=other))
        found = namesakes or known.by_name[name]
        if len(found) > 1:
            raise Refused(_l("Several people have this name: add the address the right one is known by."))
        if not found and self.context.territories is not None:
            raise Refused(_l("This person is not known yet: your rights are on a territory, ask the coordination."))
        if found and self.context.territories is not None:
            self._may_touch(found[0], self.context.territories)
        return found[0] if found else None

    def _may_touch(self, person: Person, allowed: frozenset[int]) -> None:
        if not {site.commune_id for site in person.sites} & allowed:
            raise Refused(_l("This person is known outside of your territory: ask the coordination."))

    def _pay(
        self,
        said: Bought,
        kind: MembershipKind,
        person: Person | None,
        organisation: Organisation | None,
        known: Known,
        number: int,
    ) -> Plan:
        who = member_key(person.id if person else 0, organisation.id if organisation else None)
        held = known.held[who] if person or organisation else []
        settled = [one.ends_on for one in held if one.settled >= one.amount_cents and one.starts_on <= said.paid_on]
        span = rules_helloasso.span(kind.period, said.price, said.paid_on, max(settled, default=None))
        there = next((one for one in held if one.starts_on == span.starts_on), None)
        remaining = max(0, there.amount_cents - there.settled) if there else said.amount_cents
        if there and said.amount_cents > remaining:
            raise Refused(
                _l("%(amount)s is more than what remains for this period.", amount=formats.money(said.amount_cents))
            )
        self._once(f"{who if person or organisation else said.email or said.who}:{span.starts_on}", number)
        period = f"{formats.date_short(span.starts_on)} – {formats.date_short(span.ends_on)}"
        changes = (
            (_("Membership"), "", f"{label(kind)}, {period}"),
            (_("Payment"), "", formats.money(said.amount_cents)),
        )
        work = Work(said, kind.id, span, person.id if person else None, organisation.id if organisation else None)
        verdict = Verdict.CHANGE if person else Verdict.CREATE
        return Plan(verdict, said.who, "" if person else _l("Not known yet: a record is made."), changes, work)

    def _once(self, member: str, number: int) -> None:
        """Two full payments for the same person and period in one file: the second one is somebody's mistake."""
        first = self.paid.setdefault(member, number)
        if first != number:
            raise Refused(_l("Line %(number)s pays for this person and period already.", number=first))
