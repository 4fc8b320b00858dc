"""The journeys of people, each as a person would make it: join, pay, merge, be entrusted, leave."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, axe_faults, faults_of, mail_to
from tests.browser.test_journeys import open_event


def press(page: Page, action: str) -> None:
    """Press the button of the form that leads there: words may change, addresses do not."""
    page.locator(f"form[action$='{action}'] button[type=submit]").first.click()


def follow_mail(page: Page, link: str) -> None:
    page.locator(f"a[href*='{link}']").first.click()


def apply(page: Page, site: Site, path: str, given: str, email: str) -> None:
    page.goto(site.at(path))
    page.locator("#given_name").fill(given)
    page.locator("#family_name").fill("Auvinet")
    page.locator("#email").fill(email)
    page.get_by_label("Profession").select_option("91")
    page.locator("[name='sites-0-commune']").fill("Angers (49000)")
    for box in page.locator("main form input[type=checkbox]").all():
        if (box.get_attribute("name") or "").startswith(("agree", "notice", "read")):
            box.check()


def ask_for_a_link(page: Page, site: Site, email: str) -> None:
    page.goto(site.at("/connexion"))
    page.locator("#link-email").fill(email)
    page.locator("form:has(#link-email) button[type=submit]").click()
    mail_to(page, site, email, "connexion")


def sign_in_by_mail(page: Page, site: Site, email: str) -> None:
    page.context.clear_cookies()
    ask_for_a_link(page, site, email)
    follow_mail(page, "/connexion/lien/")
    page.locator("main form button[type=submit]").click()


def test_join_confirm_pay_and_renew(page: Page, site: Site, sign_in: Any) -> None:
    email = "solenn.auvinet@cabinet.example"
    apply(page, site, "/adherer", "Solenn", email)
    page.locator("input[name=membership_kind]").first.check()
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text(email)
    assert faults_of(page) == []

    mail_to(page, site, email, "")
    follow_mail(page, "/demande/")
    expect(page.locator("main")).to_contain_text("Solenn Auvinet")
    press(page, "/confirmer")

    sign_in("alice")
    page.goto(site.at("/coordination/nouvelles-demandes"))
    expect(page.locator("main")).to_contain_text("Solenn Auvinet")
    page.locator("main a", has_text="Solenn Auvinet").first.click()
    if page.locator("form[action$='/accepter']").count():  # where the coordination reads each request first
        press(page, "/accepter")
    page.goto(site.at("/personnes?q=solenn+auvinet"))
    page.locator("main tbody a", has_text="Auvinet").first.click()
    expect(page.locator("h1")).to_contain_text("Solenn Auvinet")
    person = re.search(r"/personnes/(\d+)", page.url)
    assert person
    page.goto(site.at(f"/personnes/{person[1]}/adhesion"))
    page.locator(f"main a[href*='/personnes/{person[1]}/adhesion/']").first.click()
    pay = page.locator("form[action$='/reglements']")
    pay.locator("[name=method][value=transfer]").check()
    pay.locator("[name=amount]").fill("25,00")
    pay.locator("[name=paid_on]").fill(datetime.now(UTC).date().isoformat())
    pay.locator("button[type=submit]").click()
    with page.expect_download() as receipt:
        press(page, "/recu")
    assert Path(receipt.value.path()).read_bytes().startswith(b"%PDF-")
    assert axe_faults(page) == []

    page.goto(site.at(f"/personnes/{person[1]}/adhesion"))  # this period is paid: what is asked for now is the next
    press(page, "/adhesion/demander")

    sign_in_by_mail(page, site, email)
    page.goto(site.at("/moi/adhesion"))
    expect(page.locator("main")).to_contain_text("Solenn Auvinet")
    expect(page.locator("main")).to_contain_text("En attente de règlement")
    with page.expect_download() as own:
        press(page, "/moi/adhesion/recu")
    assert Path(own.value.path()).read_bytes().startswith(b"%PDF-")
    assert axe_faults(page) == []


def new_person(page: Page, site: Site, given: str, family: str, email: str) -> str:
    page.goto(site.at("/personnes/nouveau"))
    page.locator("#given_name").fill(given)
    page.locator("#family_name").fill(family)
    page.locator("#email").fill(email)
    page.locator("[name='sites-0-commune']").fill("Angers (49000)")
    page.locator("main form button[type=submit]").last.click()
    if "/nouveau" in page.url:  # somebody who resembles is shown first
        page.locator("main form button[type=submit]").last.click()
    found = re.search(r"/personnes/(\d+)", page.url)
    assert found, page.locator("main").inner_text()[:500]
    return found[1]


def test_merge_two_and_take_it_back(page: Page, site: Site, sign_in: Any) -> None:
    sign_in("alice")
    kept = new_person(page, site, "Noëlle", "Quintin", "noelle.quintin@cabinet.example")
    other = new_person(page, site, "Noelle", "Quintin", "n.quintin@clinique.example")
    assert kept != other
    page.goto(site.at("/personnes/doublons"))
    press(page, "/chercher")
    page.locator("main a", has_text="Quintin").first.click()
    assert faults_of(page) == []
    press(page, "/fusionner")
    expect(page.locator("main")).to_contain_text("Quintin")
    assert faults_of(page) == []
    merged = page.url
    assert page.request.get(site.at(f"/personnes/{other}")).status in {200, 404}
    page.goto(merged)
    press(page, "/annuler")
    for number in (kept, other):
        page.goto(site.at(f"/personnes/{number}"))
        expect(page.locator("h1")).to_contain_text("Quintin")


def test_entrusted_then_no_more(browser: Browser, page: Page, site: Site, sign_in: Any) -> None:
    """A mission opens the door of its territory; ended, the door is closed in a session that is still open."""
    sign_in("alice")
    email = "yann.lebrun@cabinet.example"
    number = new_person(page, site, "Yann", "Lebrun", email)
    page.goto(site.at(f"/personnes/{number}/mandats/nouveau"))
    page.locator("main a", has_text="Animation territoriale").first.click()
    today = datetime.now(UTC).date()
    page.locator("[name=starts_on]").fill((today - timedelta(days=30)).isoformat())
    page.locator("[name=ends_on]").fill((today + timedelta(days=30)).isoformat())
    page.get_by_label("Sarthe", exact=True).check()
    page.locator("details:has([name=new_body]) summary").click()
    page.locator("[name=new_body]").fill("Conseil d’administration")
    page.locator("[name=new_on]").fill((today - timedelta(days=40)).isoformat())
    page.locator("[name=new_wording]").fill("Mission d’animation de la Sarthe")
    page.locator("main form button[type=submit]").last.click()
    assert axe_faults(page) == []

    theirs = browser.new_context(locale="fr-FR").new_page()
    theirs.goto(site.at("/connexion"))
    sign_in_by_mail(theirs, site, email)
    theirs.goto(site.at("/animation"))
    expect(theirs.locator("h1")).to_be_visible()
    assert theirs.request.get(site.at("/animation")).status == 200

    page.goto(site.at(f"/personnes/{number}/mandats"))
    page.locator("main a[href$='/fin']").first.click()
    page.locator("[name=ended_on]").fill((today - timedelta(days=2)).isoformat())
    page.locator("[name=end_reason]").select_option("replaced")
    page.locator("main form button[type=submit]").last.click()
    assert theirs.request.get(site.at("/animation")).status == 403
    theirs.context.close()


def test_a_task_is_proposed_and_accepted(page: Page, site: Site, sign_in: Any) -> None:
    sign_in("alice")
    page.goto(site.at("/animation/taches/nouvelle"))
    monday = datetime.now(UTC).date() + timedelta(days=14 - datetime.now(UTC).weekday())
    for name, text in (("title", "Plier les programmes"), ("day", monday.isoformat()), ("at", "19:00"), ("hours", "2")):
        page.locator(f"#{name}").fill(text)
    whole = page.locator("#territory_id option", has_text="Pays de la Loire").first.get_attribute("value")
    page.locator("#territory_id").select_option(whole)
    page.locator("main form button[type=submit]").last.click()
    page.locator("form[action$='/proposer'] input[type=checkbox]").first.check()
    press(page, "/proposer")
    expect(page.locator("h1")).to_contain_text("1 personne")
    assert faults_of(page) == []
    press(page, "/proposer")
    mail_to(page, site, "", "Plier les programmes")
    follow_mail(page, "/tache/")
    press(page, "/accepter")
    assert faults_of(page) == []


def test_export_and_erase_oneself(page: Page, site: Site) -> None:
    email = "maelle.jegou@cabinet.example"
    open_event(page, site)
    page.get_by_label("Prénom").fill("Maëlle")
    page.get_by_label("Nom", exact=True).fill("Jégou")
    page.locator("#email").fill(email)
    page.get_by_label("Profession").select_option("91")
    page.locator("#commune").fill("Angers (49000)")
    page.get_by_role("button", name="S’inscrire et recevoir l’invitation").click()

    page.goto(site.at("/mes-donnees"))
    page.locator("main input[type=email], main input[name=email]").first.fill(email)
    page.locator("main form button[type=submit]").last.click()
    assert axe_faults(page) == []
    mail_to(page, site, email, "lien de connexion")
    follow_mail(page, "/connexion/lien/")
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile("/moi/donnees"))
    assert axe_faults(page) == []
    with page.expect_download() as copy:
        page.locator("form[action$='/copie'] button").last.click()
    assert (
        "Jégou" in Path(copy.value.path()).read_bytes().decode("utf-8", "replace")
        or Path(copy.value.path()).stat().st_size > 500
    )

    page.goto(site.at("/moi/donnees/effacer"))
    assert axe_faults(page) == []
    again = page.locator("form[action$='/effacer/lien'] button")
    if again.count():
        again.click()
        mail_to(page, site, email, "lien de connexion")
        follow_mail(page, "/connexion/lien/")
        page.locator("main form button[type=submit]").click()
        page.goto(site.at("/moi/donnees/effacer"))
    page.locator("[name=understood]").check()
    page.locator("form[action$='/effacer'] button[type=submit]").click()
    page.goto(site.at("/moi/donnees"))
    expect(page).to_have_url(re.compile("/connexion"))
