"""The journeys that are counted: each as a person would make it, with its number of pages, presses and fields."""

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, axe_faults, faults_of, mail_to


def open_event(page: Page, site: Site) -> str:
    """The page of an event with seats left and a form to fill in, no part of a cycle; returns its title."""
    page.goto(site.at("/agenda"))
    lines = page.locator("ol.programme > li", has_text=re.compile(r"\d+ places"))
    line = lines.filter(has_not_text=re.compile("Annulé|cycle")).last
    title = line.locator("h3, h4").inner_text()
    line.locator("a").first.click()
    expect(page.get_by_role("button", name="S’inscrire et recevoir l’invitation")).to_be_visible()
    return title


def fill_in(page: Page, email: str) -> None:
    page.get_by_label("Prénom").fill("Solène")
    page.get_by_label("Nom", exact=True).fill("Auvinet")
    page.locator("#email").fill(email)
    page.get_by_label("Profession").select_option("91")
    page.locator("#commune").fill("Angers (49000)")


def test_a_newcomer_registers_in_one_page_and_one_press(page: Page, site: Site) -> None:
    title = open_event(page, site)
    fill_in(page, "solene.auvinet@cabinet.example")
    page.get_by_role("button", name="S’inscrire et recevoir l’invitation").click()
    expect(page.locator("h1")).to_have_text("Vous êtes inscrit·e")
    assert faults_of(page) == []

    mail_to(page, site, "solene.auvinet@cabinet.example", title)
    calendar = page.locator("pre", has_text="BEGIN:VCALENDAR").first.inner_text()
    assert "METHOD:REQUEST" in calendar
    assert "solene.auvinet@cabinet.example" in calendar.replace("\n ", "")

    page.locator("a[href*='/inscription/']").first.click()
    expect(page.get_by_text("Votre place est confirmée")).to_be_visible()
    assert axe_faults(page) == []
    page.get_by_role("button", name="Annuler mon inscription").click()
    expect(page.get_by_text("Vous avez annulé")).to_be_visible()
    mail_to(page, site, "solene.auvinet@cabinet.example", "")
    assert "METHOD:CANCEL" in page.locator("pre", has_text="BEGIN:VCALENDAR").first.inner_text()


def test_what_is_wrong_is_said_on_its_field_and_nothing_is_lost(page: Page, site: Site) -> None:
    open_event(page, site)
    fill_in(page, "solene@orange.rf")
    page.get_by_label("Numéro RPPS").fill("1234")
    page.get_by_role("button", name="S’inscrire et recevoir l’invitation").click()
    expect(page.locator("#email-error, [id='email-error']")).to_contain_text("orange.fr")
    assert page.get_by_label("Prénom").input_value() == "Solène"
    assert page.get_by_label("Numéro RPPS").get_attribute("aria-invalid") == "true"
    assert axe_faults(page) == []


def test_a_newcomer_registers_by_keyboard_alone(page: Page, site: Site) -> None:
    open_event(page, site)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    page.get_by_label("Prénom").focus()
    for text in ("Gaëlle", "Pichon", "gaelle.pichon@cabinet.example"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("o")
    page.keyboard.press("Tab")
    page.keyboard.type("Saumur (49400)")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Vous êtes inscrit·e")


def test_registration_works_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    open_event(page, site)
    fill_in(page, "sans.script@cabinet.example")
    page.get_by_role("button", name="S’inscrire et recevoir l’invitation").click()
    expect(page.locator("h1")).to_have_text("Vous êtes inscrit·e")
    context.close()


def test_an_animator_publishes_a_study_morning_with_six_fields(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("bob")
    page.goto(site.at("/animation"))
    page.get_by_role("link", name=re.compile("Matinée d’études")).first.click()
    typed = 0
    for label, text in (
        ("Titre", "Lire une recommandation à plusieurs"),
        ("Date", "2027-03-04"),
        ("Commune", "Angers (49000)"),
        ("Lieu", "Maison des associations"),
    ):
        page.get_by_label(re.compile(f"^{label}")).first.fill(text)
        page.keyboard.press("Escape")
        typed += 1
    page.get_by_role("button", name=re.compile("^(Enregistrer et publier|Publier)")).click()
    expect(page.locator("h1")).to_have_text("Lire une recommandation à plusieurs")
    assert typed <= 6
    page.goto(site.at("/agenda"))
    expect(page.get_by_text("Lire une recommandation à plusieurs")).to_be_visible()


def _sheet_to_close(page: Page, site: Site) -> None:
    page.goto(site.at("/animation"))
    page.locator("main a[href*='/presences']").first.click()
    expect(page.locator("ul.checkin").first).to_be_visible()


def test_the_form_asks_what_goes_with_the_choices_made(sign_in: Any, site: Site) -> None:
    page = sign_in("bob")
    page.goto(site.at("/animation/evenements/nouveau?kind=study_morning"))
    link, town, online = (page.locator(f"[name={name}]") for name in ("online_url", "commune", "online_capacity"))
    expect(town).to_be_visible()
    expect(link).to_be_hidden()
    page.get_by_label("Sur place et en ligne").check()
    expect(link).to_be_visible()
    expect(online).to_be_visible()
    town.fill("Xyzzy")
    page.keyboard.press("Escape")
    page.get_by_label("En ligne", exact=True).check()
    expect(town).to_be_hidden()

    page.locator("[name=title]").fill("Un 31 février")
    page.locator("[name=day_0]").focus()
    page.keyboard.type(
        "02312027" if page.evaluate("new Date(0).toLocaleDateString()").startswith("1/1/") else "31022027"
    )
    page.get_by_role("button", name="Publier").click()
    expect(page.locator("#day_0-error")).to_have_text("Cette date n’existe pas.")
    expect(town).to_be_visible()  # it has something to put right
    expect(page.locator("[name=title]")).to_have_value("Un 31 février")
    assert axe_faults(page) == []


def test_people_are_checked_in_with_one_press_each(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("alice")
    page.set_viewport_size({"width": 390, "height": 800})
    _sheet_to_close(page, site)
    lines = page.locator("ul.checkin button[aria-pressed=false]:not([disabled])")
    names = [name.split("\n")[0] for name in lines.locator(".who b").all_inner_texts()[:3]]
    assert names
    before = int(page.locator("#tally b").inner_text())
    for name in names:
        page.locator("ul.checkin button", has_text=name).first.click()
        expect(page.locator("ul.checkin button", has_text=name).first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#tally b")).to_have_text(str(before + len(names)))
    page.locator("ul.checkin button", has_text=names[0]).first.click()
    expect(page.locator("ul.checkin button", has_text=names[0]).first).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator("#tally b")).to_have_text(str(before + len(names) - 1))


def test_check_in_works_without_javascript(browser: Browser, signed_in: Any, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in("alice"))
    page = context.new_page()
    _sheet_to_close(page, site)
    line = page.locator("ul.checkin button:not([disabled])").first
    name, pressed = line.locator(".who b").inner_text(), line.get_attribute("aria-pressed")
    line.click()
    after = page.locator("ul.checkin button", has_text=name).first.get_attribute("aria-pressed")
    assert {pressed, after} == {"true", "false"}
    context.close()


def test_speech_therapists_of_sarthe_in_two_presses(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("alice")
    page.goto(site.at("/coordination"))
    page.get_by_role("link", name="Sarthe").click()
    page.get_by_role("link", name="Orthophoniste", exact=True).click()
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ sur \d+|\d+ / \d+"))
    rows = page.locator("table tbody tr, ul li", has_text="Orthophoniste")
    assert rows.count() > 0
    assert axe_faults(page) == []


def test_a_member_signs_in_by_the_link_in_a_mail(page: Page, site: Site) -> None:
    page.goto(site.at("/connexion"))
    page.locator("#link-email").fill("diane@cokillaje.example")
    page.get_by_role("button", name="Recevoir un lien").click()
    mail_to(page, site, "diane@cokillaje.example", "onnexion")
    page.locator("a[href*='/connexion/lien/']").first.click()
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/moi"))
    assert axe_faults(page) == []
