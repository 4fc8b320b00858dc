"""Settings: each one documented, wrong ones refused with a sentence that says what to do."""

import re
from pathlib import Path

import pytest

from cop.core.settings import FIELDS, SettingsError, load_settings
from cop.core.web import Application
from tests.house.world import rules_of

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"COP_SECRET_KEY": "k" * 32, "COP_PUBLIC_URL": "https://reseau.example"}


def test_no_link_that_acts_for_a_person_is_logged_by_the_example_of_nginx(app: Application) -> None:
    quiet = re.search(r"location ~ (\S+) \{\s*access_log off", (ROOT / "deploy/examples/nginx.conf").read_text())
    assert quiet
    keys = [rule.rule for _, rule in rules_of(app) if any(re.search("token|secret", name) for name in rule.arguments)]
    assert [rule for rule in keys if not re.match(quiet[1], rule)] == []


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`COP_{name.upper()}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_good_environment_is_read() -> None:
    settings = load_settings({**GOOD, "COP_MAIL_PORT": "2525"})
    assert (settings.mail_port, settings.production, settings.secure_cookies) == (2525, True, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"COP_SECRET_KEY": "short"}, "32 characters"),
        ({"COP_PUBLIC_URL": "reseau.example"}, "begins with https://"),
        ({"COP_MAIL_PORT": "smtp"}, "whole number from 1 to 65535"),
        ({"COP_MAIL_TRANSPORT": "pigeon"}, "expected one of"),
        ({"COP_MAIL_TRANSPORT": "redirect"}, "COP_MAIL_REDIRECT_TO"),
        ({"COP_MAIL_TRANSPORT": "memory"}, "forgets every mail"),
        ({"COP_MAIL_USERNAME": "reseau", "COP_MAIL_TLS": "none"}, "in clear"),
        ({"COP_MAIL_FROM": "Cokillaje"}, "an e-mail address"),
        ({"COP_DEMO": "perhaps"}, "yes or no"),
        ({"COP_SECRET_KEY_FILE": "/nowhere"}, "both"),
    ],
)
def test_a_wrong_setting_is_refused_loudly(change: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings({**GOOD, **change})


def test_no_default_secret() -> None:
    with pytest.raises(SettingsError, match="COP_SECRET_KEY: is missing"):
        load_settings({"COP_PUBLIC_URL": "https://reseau.example"})


def test_a_secret_may_live_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 40 + "\n")
    settings = load_settings({"COP_PUBLIC_URL": GOOD["COP_PUBLIC_URL"], "COP_SECRET_KEY_FILE": str(secret)})
    assert settings.secret_key == "s" * 40
