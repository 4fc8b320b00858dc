"""Passkeys: added, signed in with, and refused when anything is not as it should be."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from webauthn.helpers import base64url_to_bytes

from cop.accounts import service_factors
from cop.accounts.models import Session
from cop.accounts.models_factors import Passkey, PasskeyChallenge, RecoveryCode
from cop.activity.models import ActivityEntry
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from tests.accounts.authenticator import Device
from tests.accounts.conftest import press, signed_in
from tests.people_of_the_tests import People
from tests.signing_in import put_in


def asked(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.post(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    options: dict[str, Any] = answer.json
    return options


def add(client: FlaskClient, device: Device, name: str = "Téléphone") -> Any:
    credential = device.make(asked(client, "/moi/securite/cle/demande"))
    return client.post("/moi/securite/cle", data={"credential": credential, "name": name})


def enter(client: FlaskClient, device: Device, **more: str) -> Any:
    credential = device.use(asked(client, "/connexion/cle/demande"))
    return client.post("/connexion/cle", data={"credential": credential, **more})


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.fixture
def device(sign_in: Any, people: People) -> Device:
    """Bob's telephone, with a passkey for this site."""
    made = Device()
    assert add(sign_in(people.bob), made).status_code == 200
    return made


def test_the_first_one_brings_recovery_codes_and_a_mail(sign_in: Any, people: People, outbox: Any) -> None:
    page = add(sign_in(people.bob), Device())
    assert page.text.count("<li><code>") == 10
    assert count(RecoveryCode) == 10
    [mail] = outbox()
    assert "Une clé d’accès vient d’être ajoutée" in mail.text
    assert add(sign_in(people.bob), Device(name=b"another")).status_code == 303, "no new codes with the second"


def test_one_signs_in_by_it_and_that_is_enough(device: Device, app: Application) -> None:
    client = app.test_client()
    answer = enter(client, device, next="/administration/etat")
    assert (answer.status_code, answer.location) == (303, "/administration/etat")
    assert signed_in(client)
    entry = db.session.scalars(sa.select(ActivityEntry).filter_by(action="account.signed_in")).one()
    assert entry.data == {"by": "passkey"}


def test_what_is_asked_of_the_device(sign_in: Any, people: People) -> None:
    options = asked(sign_in(people.bob), "/moi/securite/cle/demande")
    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert len(base64url_to_bytes(options["user"]["id"])) == 32, "no number, no name"
    options = asked(sign_in(people.bob), "/connexion/cle/demande")
    assert (options["userVerification"], options["allowCredentials"]) == ("required", [])


def test_as_a_second_step_only_one_s_own(device: Device, app: Application, bob: str, people: People) -> None:
    client = app.test_client()
    press(client, bob)
    assert not signed_in(client)
    assert len(asked(client, "/connexion/verification/cle")["allowCredentials"]) == 1
    others = Device(name=b"charlie's")
    assert add(put_in(app.test_client(), people.charlie), others).status_code == 200
    for key, status in ((others, 422), (device, 303)):
        credential = key.use(asked(client, "/connexion/verification/cle"))
        assert client.post("/connexion/verification", data={"credential": credential}).status_code == status
    assert signed_in(client)


class TestRefused:
    @pytest.mark.parametrize(
        "change",
        [{"origin": "https://elsewhere.example"}, {"site": "elsewhere.example"}, {"verifies": False}],
    )
    def test_a_key_of_another_site_or_without_gesture(
        self, device: Device, app: Application, change: dict[str, Any]
    ) -> None:
        for name, value in change.items():
            setattr(device, name, value)
        client = app.test_client()
        answer = enter(client, device)
        assert answer.status_code == 422
        assert "pas été acceptée" in answer.text
        assert not signed_in(client)
        failed = db.session.scalars(sa.select(ActivityEntry).filter_by(action="account.second_factor_failed")).all()
        assert len(failed) == 1

    def test_an_answer_given_twice(self, device: Device, app: Application) -> None:
        client, thief = app.test_client(), app.test_client()
        credential = device.use(asked(client, "/connexion/cle/demande"))
        assert client.post("/connexion/cle", data={"credential": credential}).status_code == 303
        assert thief.post("/connexion/cle", data={"credential": credential}).status_code == 422

    def test_an_answer_that_comes_too_late(self, device: Device, app: Application, clock: Any) -> None:
        client = app.test_client()
        credential = device.use(asked(client, "/connexion/cle/demande"))
        clock.advance(minutes=6)
        assert client.post("/connexion/cle", data={"credential": credential}).status_code == 422
        with unit_of_work():
            assert service_factors.forget_challenges() == 1

    def test_a_challenge_nobody_gave(self, device: Device, app: Application) -> None:
        credential = device.use({"challenge": "bm90IG91cnM"})
        assert app.test_client().post("/connexion/cle", data={"credential": credential}).status_code == 422

    def test_another_device_with_the_same_name(self, device: Device, app: Application) -> None:
        assert enter(app.test_client(), Device()).status_code == 422

    def test_a_copied_key_whose_count_goes_back(self, device: Device, app: Application) -> None:
        device.count = 9
        assert enter(app.test_client(), device).status_code == 303
        device.count = 3
        assert enter(app.test_client(), device).status_code == 422

    def test_a_suspended_account(self, device: Device, app: Application, people: People) -> None:
        with unit_of_work():
            people.bob.active = False
        assert enter(app.test_client(), device).status_code == 422

    @pytest.mark.parametrize(
        "nonsense",
        ["", "{}", "null", "[]", "x" * 30_000, '{"id":"a","rawId":"a","type":"public-key","response":{}}', "\x00",
         json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {
             "clientDataJSON": "YQ", "attestationObject": "YQ", "authenticatorData": "YQ", "signature": "YQ"}})],
    )  # fmt: skip
    def test_nonsense(self, sign_in: Any, app: Application, people: People, nonsense: str) -> None:
        assert app.test_client().post("/connexion/cle", data={"credential": nonsense}).status_code == 422
        client = sign_in(people.bob)
        assert client.post("/moi/securite/cle", data={"credential": nonsense, "name": ""}).status_code == 422
        assert client.post("/connexion/verification", data={"credential": nonsense}).status_code == 422
        assert count(Passkey) == 0

    def test_the_same_key_twice(self, device: Device, sign_in: Any, people: People) -> None:
        assert add(sign_in(people.bob), device).status_code == 422
        assert count(Passkey) == 1

    def test_a_new_key_made_for_somebody_else(self, sign_in: Any, people: People, app: Application) -> None:
        options = asked(sign_in(people.bob), "/moi/securite/cle/demande")
        charlie = put_in(app.test_client(), people.charlie)
        answer = charlie.post("/moi/securite/cle", data={"credential": Device().make(options), "name": ""})
        assert answer.status_code == 422
        assert count(PasskeyChallenge) == 1, "what was asked of Bob is still to be answered by him"


def test_taking_it_off(device: Device, sign_in: Any, people: People, outbox: Any) -> None:
    client = sign_in(people.bob)
    number = db.session.scalars(sa.select(Passkey.id)).one()
    page = client.post(f"/moi/securite/cle/{number}/retirer", follow_redirects=True)
    assert "c’est le dernier" in page.text, "a role needs one"
    assert add(client, Device(name=b"second")).status_code == 303
    assert client.post(f"/moi/securite/cle/{number}/retirer").status_code == 303
    assert count(Passkey) == 1
    assert "vient d’être retirée" in outbox()[-1].text


def test_a_member_may_go_back_to_none(client: FlaskClient, people: People, app: Application) -> None:
    put_in(client, people.diane_account)
    add(client, Device())
    number = db.session.scalars(sa.select(Passkey.id)).one()
    client.post(f"/moi/securite/cle/{number}/retirer")
    assert (count(Passkey), count(RecoveryCode)) == (0, 0)
    db.session.rollback()
    assert set(db.session.scalars(sa.select(Session.second_factor_at))) == {None}
    assert signed_in(client)
