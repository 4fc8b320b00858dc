"""The second factor: required of whoever sees other people's data, shown once, replaced by recovery codes."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts import service
from cop.accounts.models import Account, Grant, Session
from cop.accounts.models_factors import CodeGenerator, RecoveryCode
from cop.activity.models import ActivityEntry
from cop.commands_account import account as command
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.settings import load_settings
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from tests.accounts.conftest import HASH, PASSWORD, press, signed_in
from tests.people_of_the_tests import People, account, territory
from tests.signing_in import put_in

PROOF = "/connexion/verification"
SECURITY = "/moi/securite"


def offered(client: FlaskClient) -> tuple[str, str]:
    """The secret that is shown, and what its form sends back."""
    page = client.get(f"{SECURITY}/application").text
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    sealed = re.search(r'name="sealed"[^>]*value="([^"]+)"', page)
    assert secret
    assert sealed
    return secret[1].replace(" ", ""), sealed[1]


def code_of(secret: str, seconds: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clocks.now().timestamp()) + seconds)


def set_up(client: FlaskClient, **more: str) -> tuple[str, list[str]]:
    """The secret in the application, and the recovery codes."""
    secret, sealed = offered(client)
    page = client.post(f"{SECURITY}/application", data={"sealed": sealed, "code": code_of(secret), **more})
    assert page.status_code == 200, page.text
    return secret, re.findall(r"<li><code>([^<]+)</code>", page.text)


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(ActivityEntry.action).order_by(ActivityEntry.id)))


@pytest.fixture
def bobs(client: FlaskClient, bob: str, clock: Any) -> tuple[str, list[str]]:
    """Bob has an application of codes; he is signed out."""
    press(client, bob)
    made = set_up(client)
    client.post("/deconnexion")
    clock.advance(minutes=1)
    return made


class TestRequired:
    def test_staff_without_one_sets_it_up_and_nothing_else(self, client: FlaskClient, bob: str) -> None:
        assert press(client, bob).location == f"{SECURITY}?next=/animation"
        for path in ("/animation", "/moi", "/moi/compte", "/coordination", "/administration/etat"):
            answer = client.get(path)
            assert (answer.status_code, answer.location) == (303, f"{SECURITY}?next={path}"), path
        assert client.post("/moi/compte", data={"name": "Bob", "language": "fr"}).location == SECURITY
        assert "Encore une étape" in client.get(SECURITY).text
        assert client.get("/agenda").status_code == 200
        assert "Bob Bonnet" not in client.get("/agenda").text, "not signed in, on public pages either"

    def test_then_comes_where_they_were_going(self, client: FlaskClient, bob: str) -> None:
        press(client, bob)
        secret, sealed = offered(client)
        data = {"sealed": sealed, "code": code_of(secret), "next": "/animation"}
        page = client.post(f"{SECURITY}/application", data=data)
        assert 'href="/animation"' in page.text
        assert client.get("/animation").status_code == 200

    def test_after_a_mailed_link_too(self, client: FlaskClient, people: People) -> None:
        with unit_of_work():
            token = service.new_link(people.bob)
        assert client.post(f"/connexion/lien/{token}").location == f"{SECURITY}?next=/animation"
        assert not signed_in(client)

    def test_a_role_given_meanwhile_closes_the_door(self, client: FlaskClient, people: People) -> None:
        with unit_of_work():
            people.diane_account.password_hash = HASH
        press(client, "diane@cabinet.example")
        assert signed_in(client)
        with unit_of_work():
            values = {"role": "volunteer", "territory_id": None, "subject": "event:1", "starts_on": date(2026, 1, 1)}
            db.session.add(Grant(account_id=people.diane_account_id, **values))
        assert client.get("/moi").location == f"{SECURITY}?next=/moi"

    def test_members_need_none(self, client: FlaskClient, people: People) -> None:
        with unit_of_work():
            people.diane_account.password_hash = HASH
        assert press(client, "diane@cabinet.example").location == "/moi"

    def test_unless_the_site_leaves_it_to_each(self, client: FlaskClient, bob: str, optional_factor: None) -> None:
        assert press(client, bob).location == "/animation"

    def test_who_has_one_shows_it_even_so(
        self, client: FlaskClient, bob: str, bobs: Any, optional_factor: None
    ) -> None:
        assert press(client, bob).location == f"{PROOF}?next=/animation"
        assert not signed_in(client)

    @pytest.mark.parametrize(
        ("environ", "expected"),
        [({}, "staff"), ({"COP_DEMO": "yes"}, "optional"), ({"COP_SECOND_FACTOR": "optional"}, "optional"),
         ({"COP_DEMO": "yes", "COP_SECOND_FACTOR": "staff"}, "staff")],
    )  # fmt: skip
    def test_by_default_it_is_but_in_a_demonstration(self, environ: dict[str, str], expected: str) -> None:
        given = {"COP_SECRET_KEY": "k" * 32, "COP_PUBLIC_URL": "https://reseau.example", **environ}
        assert load_settings(given).second_factor == expected

    def test_a_demonstration_says_so(self, client: FlaskClient, app: Application, people: People) -> None:
        known = app.extensions["cop.settings"]
        assert "démonstration" not in client.get("/connexion").text
        app.extensions["cop.settings"] = replace(known, demo=True, second_factor="optional")
        try:
            assert "Dans cette démonstration, le mot de passe suffit" in client.get("/connexion").text
        finally:
            app.extensions["cop.settings"] = known


class TestHalfwayIn:
    """The password is right, the second factor is still to be shown: nothing of the account is reached."""

    def test_every_other_page_leads_to_the_proof(self, client: FlaskClient, bob: str, bobs: Any) -> None:
        press(client, bob)
        for path in ("/animation", "/moi", SECURITY, f"{SECURITY}/application"):
            assert client.get(path).location == f"{PROOF}?next={path}", path
        for path in ("cle", "cle/demande", "application", "application/retirer", "codes-de-secours"):
            assert client.post(f"{SECURITY}/{path}").location == PROOF, path
        assert actions().count("account.factor_added") == 1

    def test_the_password_again_is_no_second_factor(self, client: FlaskClient, bob: str, bobs: Any) -> None:
        press(client, bob)
        assert client.post(PROOF, data={"password": PASSWORD}).status_code == 422
        assert not signed_in(client)

    def test_a_copy_of_that_cookie_does_not_come_in_with_its_owner(
        self, client: FlaskClient, bob: str, bobs: Any, app: Application
    ) -> None:
        press(client, bob)
        thief = app.test_client()
        thief.set_cookie("cop", client.get_cookie("cop").value)  # type: ignore[union-attr]
        assert client.post(PROOF, data={"code": code_of(bobs[0])}).status_code == 303
        assert signed_in(client)
        assert thief.get("/moi").location.startswith("/connexion?")

    def test_one_may_sign_out(self, client: FlaskClient, bob: str, bobs: Any) -> None:
        press(client, bob)
        assert client.post("/deconnexion").location == "/connexion"
        assert client.get(PROOF).location.startswith("/connexion?")


class TestCodes:
    def test_the_code_of_now_opens(self, client: FlaskClient, bob: str, bobs: Any) -> None:
        press(client, bob)
        answer = client.post(PROOF, data={"code": code_of(bobs[0]), "next": "/animation"})
        assert (answer.status_code, answer.location) == (303, "/animation")
        assert client.get("/animation").status_code == 200

    @pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 303), (0, 303), (30, 303), (60, 422)])
    def test_one_period_early_or_late(
        self, client: FlaskClient, bob: str, bobs: Any, clock: Any, seconds: int, status: int
    ) -> None:
        clock.advance(minutes=10)
        press(client, bob)
        assert client.post(PROOF, data={"code": code_of(bobs[0], seconds)}).status_code == status

    def test_a_code_opens_once(self, client: FlaskClient, bob: str, bobs: Any) -> None:
        code = code_of(bobs[0])
        press(client, bob)
        assert client.post(PROOF, data={"code": code}).status_code == 303
        client.post("/deconnexion")
        press(client, bob)
        again = client.post(PROOF, data={"code": code})
        assert again.status_code == 422
        assert "a déjà servi" in again.text
        earlier = client.post(PROOF, data={"code": code_of(bobs[0], -30)})
        assert earlier.status_code == 422, "nor does one from before"

    def test_the_code_of_setting_up_is_spent(self, client: FlaskClient, bob: str) -> None:
        press(client, bob)
        secret, _ = set_up(client)
        client.post("/deconnexion")
        press(client, bob)
        assert client.post(PROOF, data={"code": code_of(secret)}).status_code == 422

    def test_spaces_are_the_reader_s(self, client: FlaskClient, bob: str, bobs: Any) -> None:
        press(client, bob)
        code = code_of(bobs[0])
        assert client.post(PROOF, data={"code": f" {code[:3]} {code[3:]} "}).status_code == 303

    def test_six_tries_then_one_waits(self, client: FlaskClient, bob: str, bobs: Any, clock: Any) -> None:
        clock.set("2026-11-20 10:16")
        press(client, bob)
        answers = [client.post(PROOF, data={"code": "000000"}).status_code for _ in range(7)]
        assert answers == [422] * 6 + [429]
        assert client.post(PROOF, data={"code": code_of(bobs[0])}).status_code == 429, "the right one too"
        assert actions().count("account.second_factor_failed") == 6, "what is refused is written all the same"
        clock.advance(minutes=15)
        assert client.post(PROOF, data={"code": code_of(bobs[0])}).status_code == 303

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "0" * 400, "\x00"])
    def test_what_is_no_code(self, client: FlaskClient, bob: str, bobs: Any, code: str) -> None:
        press(client, bob)
        assert client.post(PROOF, data={"code": code}).status_code == 422

    def test_the_secret_is_not_readable_in_the_database(self, people: People, bobs: Any) -> None:
        db.session.rollback()
        row = db.session.scalars(sa.select(CodeGenerator)).one()
        assert bobs[0] not in row.sealed_secret
        assert bobs[0].encode() not in bytes(row.sealed_secret, "ascii")

    def test_with_another_secret_key_it_is_worth_nothing(
        self, client: FlaskClient, bob: str, bobs: Any, app: Application
    ) -> None:
        press(client, bob)
        known = app.extensions["cop.settings"]
        app.extensions["cop.settings"] = replace(known, secret_key="another, long enough to be one")
        try:
            assert client.post(PROOF, data={"code": code_of(bobs[0])}).status_code == 422
        finally:
            app.extensions["cop.settings"] = known


class TestSettingUp:
    def test_the_image_is_ours_and_the_secret_is_written_too(self, client: FlaskClient, bob: str) -> None:
        press(client, bob)
        answer = client.get(f"{SECURITY}/application")
        assert "<svg" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "style=" not in answer.text.partition("<svg")[2].partition("</svg>")[0]

    def test_a_wrong_first_code_keeps_the_same_image(self, client: FlaskClient, bob: str) -> None:
        press(client, bob)
        secret, sealed = offered(client)
        wrong = client.post(f"{SECURITY}/application", data={"sealed": sealed, "code": "000000"})
        assert wrong.status_code == 422
        assert sealed in wrong.text
        right = client.post(f"{SECURITY}/application", data={"sealed": sealed, "code": code_of(secret)})
        assert right.status_code == 200

    def test_an_old_image_is_refused(self, client: FlaskClient, bob: str, clock: Any) -> None:
        press(client, bob)
        secret, sealed = offered(client)
        clock.advance(minutes=29)
        client.post("/deconnexion")
        press(client, bob)
        clock.advance(minutes=2)
        old = client.post(f"{SECURITY}/application", data={"sealed": sealed, "code": code_of(secret)})
        assert old.status_code == 422
        assert "plus d’une demi-heure" in old.text

    def test_somebody_else_s_image_is_refused(self, client: FlaskClient, people: People, app: Application) -> None:
        secret, sealed = offered(put_in(app.test_client(), people.charlie))
        put_in(client, people.bob)
        answer = client.post(f"{SECURITY}/application", data={"sealed": sealed, "code": code_of(secret)})
        assert answer.status_code == 422

    def test_one_is_told_by_mail(self, client: FlaskClient, bob: str, bobs: Any, outbox: Any) -> None:
        [mail] = [mail for mail in outbox() if mail.kind == "accounts.second_factor"]
        assert (mail.recipient, mail.subject) == (bob, "La sécurité de votre compte a changé")
        assert "Une application de codes vient d’être ajoutée" in mail.text


class TestFreshness:
    """What protects the account changes only after showing again who one is."""

    def test_half_an_hour_later_one_shows_it_again(self, client: FlaskClient, bob: str, bobs: Any, clock: Any) -> None:
        press(client, bob)
        client.post(PROOF, data={"code": code_of(bobs[0])})
        clock.advance(minutes=31)
        asked = f"{PROOF}?next={SECURITY}"
        assert client.get(f"{SECURITY}/application").location == asked
        for path in ("application", "application/retirer", "cle", "codes-de-secours"):
            assert client.post(f"{SECURITY}/{path}").location == asked, path
        assert client.get("/animation").status_code == 200, "everything else is open"
        assert client.post(PROOF, data={"password": "not this one"}).status_code == 422
        assert client.post(PROOF, data={"password": PASSWORD, "next": SECURITY}).location == SECURITY
        assert client.post(f"{SECURITY}/codes-de-secours").status_code == 200

    def test_the_last_one_of_a_role_stays(self, client: FlaskClient, bob: str, bobs: Any) -> None:
        press(client, bob)
        client.post(PROOF, data={"code": code_of(bobs[0])})
        page = client.post(f"{SECURITY}/application/retirer", follow_redirects=True)
        assert "c’est le dernier" in page.text
        assert "account.factor_removed" not in actions()


class TestRecovery:
    def test_a_code_opens_once_and_its_owner_is_told(
        self, client: FlaskClient, bob: str, bobs: Any, outbox: Any
    ) -> None:
        [first, *_others] = bobs[1]
        assert len(bobs[1]) == 10
        press(client, bob)
        assert client.post(PROOF, data={"recovery": f" {first.upper()} "}).status_code == 303
        assert signed_in(client)
        assert "Codes qui vous restent : 9" in outbox()[-1].text.replace("\u00a0", " ")
        client.post("/deconnexion")
        press(client, bob)
        assert client.post(PROOF, data={"recovery": first}).status_code == 422
        assert actions()[-1] == "account.second_factor_failed"

    def test_only_fingerprints_are_kept(self, people: People, bobs: Any) -> None:
        db.session.rollback()
        kept = set(db.session.scalars(sa.select(RecoveryCode.code_hash)))
        assert not kept & {code.replace("-", "") for code in bobs[1]}

    def test_one_s_own_only(self, client: FlaskClient, people: People, bobs: Any, app: Application) -> None:
        with unit_of_work():
            people.charlie.password_hash = HASH
        press(client, "charlie@cokillaje.example")
        set_up(client)
        client.post("/deconnexion")
        press(client, "charlie@cokillaje.example")
        assert client.post(PROOF, data={"recovery": bobs[1][0]}).status_code == 422

    def test_new_ones_replace_the_old(self, client: FlaskClient, bob: str, bobs: Any, outbox: Any) -> None:
        press(client, bob)
        client.post(PROOF, data={"recovery": bobs[1][0]})
        page = client.post(f"{SECURITY}/codes-de-secours")
        fresh = re.findall(r"<li><code>([^<]+)</code>", page.text)
        assert len(fresh) == 10
        assert not set(fresh) & set(bobs[1])
        assert "De nouveaux codes de secours" in outbox()[-1].text
        client.post("/deconnexion")
        press(client, bob)
        assert client.post(PROOF, data={"recovery": bobs[1][1]}).status_code == 422
        assert client.post(PROOF, data={"recovery": fresh[0]}).status_code == 303


class TestReset:
    @pytest.fixture
    def ada(self, people: People, app: Application) -> FlaskClient:
        with unit_of_work():
            made = account("Ada Abel", "ada@cokillaje.example", "administrator", None)
        return put_in(app.test_client(), made)

    def test_an_administrator_takes_it_off(
        self, client: FlaskClient, bob: str, bobs: Any, people: People, ada: FlaskClient, outbox: Any
    ) -> None:
        press(client, bob)
        client.post(PROOF, data={"code": code_of(bobs[0])})
        page = ada.get(f"/administration/comptes/{people.bob_id}").text
        assert "une application de codes" in page
        assert "en place" in ada.get("/administration/comptes").text
        answer = ada.post(f"/administration/comptes/{people.bob_id}/second-facteur/retirer")
        assert answer.status_code == 303
        assert not signed_in(client), "the sessions end"
        assert "retiré par l’administration" in outbox()[-1].text
        assert actions()[-1] == "account.factors_reset"
        assert press(client, bob).location == f"{SECURITY}?next=/animation"

    def test_not_of_somebody_beyond_one_s_territory(self, bobs: Any, people: People, app: Application) -> None:
        with unit_of_work():
            ines = account("Inès Ibert", "ines@cokillaje.example", "administrator", territory("department", "44"))
        client = put_in(app.test_client(), ines)
        assert client.post(f"/administration/comptes/{people.bob_id}/second-facteur/retirer").status_code == 404
        assert db.session.scalar(sa.select(sa.func.count()).select_from(CodeGenerator)) == 1

    def test_at_the_keyboard_of_the_server(
        self, bob: str, bobs: Any, app: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cop.commands_account.create_app", lambda: app)
        told = app.test_cli_runner().invoke(command, ["reset-factor", bob])
        assert (told.exit_code, "is taken off" in told.output) == (0, True), told.output
        again = app.test_cli_runner().invoke(command, ["reset-factor", bob])
        assert "has no second factor" in again.output
        db.session.rollback()
        assert db.session.scalars(sa.select(CodeGenerator)).all() == []
        assert db.session.scalars(sa.select(Session)).all() == []
        assert db.session.scalars(sa.select(Account).filter_by(email=bob)).one().active


def test_a_list_of_accounts_costs_the_same_with_many_factors(sign_in: Any, people: People, queries: Any) -> None:
    with unit_of_work():
        ada = account("Ada Abel", "ada@cokillaje.example", "administrator", None)
    client, counts = sign_in(ada), []
    for amount in (5, 45):
        with unit_of_work():
            for number in range(amount):
                made = account(f"Compte {amount}-{number}", f"{amount}-{number}@cokillaje.example")
                values = {"sealed_secret": "x", "last_step": 1, "created_at": clocks.now()}
                db.session.add(CodeGenerator(account_id=made.id, **values))
        with queries:
            assert client.get("/administration/comptes").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
