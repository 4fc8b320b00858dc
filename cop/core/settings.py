"""Settings: typed, read from the environment, refused loudly.

Every setting is a variable ``COP_…``; ``COP_…_FILE`` names a file that holds the value (secrets).
``FIELDS`` is what the README's table and its test are made from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from flask import current_app

ROOT: Final = Path(__file__).resolve().parents[2]


class SettingsError(Exception):
    """One or several settings are wrong; the text says which, why, and what is expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    env: str
    secret_key: str
    instance: Path
    database_url: str
    public_url: str
    mail_transport: str
    mail_server: str
    mail_port: int
    mail_username: str
    mail_password: str
    mail_tls: str
    mail_ca_file: str
    mail_from: str
    mail_redirect_to: str
    mail_daily_quota: int
    register_key: str
    demo: bool
    second_factor: str
    inbox_server: str
    inbox_port: int
    inbox_username: str
    inbox_password: str
    inbox_tls: str
    inbox_ca_file: str
    inbox_folder: str
    inbox_done_folder: str
    trusted_proxies: int
    hosting_provider: str
    log_level: str

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def secure_cookies(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"


def _text(value: str) -> str:
    return value


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"expected one of: {', '.join(filter(None, allowed))}")
        return value

    return read


def _boolean(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("expected yes or no")


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value) if value.isdigit() else -1
        if not low <= number <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return number

    return read


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected an address that begins with https:// (or http:// on your own machine)")
    return value.rstrip("/")


def _mail_address(value: str) -> str:
    """An address or nothing; a wrong one would make every mail fail at the moment it is written."""
    name, at, domain = value.strip().partition("@")
    if value.strip() and not (name and at and "." in domain and "@" not in domain and " " not in value.strip()):
        raise ValueError("expected an e-mail address, such as contact@reseau.example")
    return value.strip()


def _folder(value: str) -> Path:
    return Path(value).expanduser().resolve()


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: how it is read, its default (``None``: required in production) and what it is for."""

    read: Callable[[str], Any]
    default: str | None
    meaning: str


FIELDS: Final[Mapping[str, Field]] = {
    "env": Field(_choice("production", "development", "test"), "production", "production, development or test"),
    "secret_key": Field(_text, None, "signs sessions and links; 32 characters at least, kept secret"),
    "instance": Field(_folder, str(ROOT / "instance"), "folder of the SQLite database and of files received"),
    "database_url": Field(_text, "", "sqlite:///… or postgresql://…; by default SQLite in the instance folder"),
    "public_url": Field(_web_address, None, "address of the site as people see it, used in mails"),
    "mail_transport": Field(
        _choice("smtp", "preview", "memory", "redirect"),
        "smtp",
        "smtp, preview (kept, read in the local mailbox page), redirect (all to one address), memory (tests)",
    ),
    "mail_server": Field(_text, "localhost", "SMTP server"),
    "mail_port": Field(_number(1, 65535), "587", "SMTP port"),
    "mail_username": Field(_text, "", "SMTP user name, if the server asks for one"),
    "mail_password": Field(_text, "", "SMTP password"),
    "mail_tls": Field(_choice("starttls", "implicit", "none"), "starttls", "starttls, implicit or none"),
    "mail_ca_file": Field(_text, "", "certificate authority of the SMTP server, when it is not a public one"),
    "mail_from": Field(_mail_address, "", "address mails are sent from; by default the organisation's"),
    "mail_redirect_to": Field(_mail_address, "", "where the redirect transport sends everything"),
    "mail_daily_quota": Field(_number(0, 1_000_000), "0", "mails per rolling 24 hours, 0 for none (free Gmail: 400)"),
    "inbox_server": Field(_text, "", "IMAP server of the mailbox answers come to; none: answers are not read"),
    "inbox_port": Field(_number(1, 65535), "993", "IMAP port"),
    "inbox_username": Field(_text, "", "IMAP user name"),
    "inbox_password": Field(_text, "", "IMAP password"),
    "inbox_tls": Field(_choice("implicit", "starttls", "none"), "implicit", "implicit, starttls or none"),
    "inbox_ca_file": Field(_text, "", "certificate authority of the IMAP server, when it is not a public one"),
    "inbox_folder": Field(_text, "INBOX", "folder the answers arrive in"),
    "inbox_done_folder": Field(_text, "COP", "folder the answers are moved to once read"),
    "register_key": Field(
        _text, "", "keys the fingerprints of register numbers; by default derived from the secret key"
    ),
    "demo": Field(_boolean, "no", "demonstration: mails are kept, accounts are printed"),
    "second_factor": Field(
        _choice("staff", "optional", ""),
        "",
        "staff: whoever sees others' data shows a second factor; optional (default of a demonstration): who wants",
    ),
    "trusted_proxies": Field(_number(0, 5), "0", "reverse proxies in front, whose X-Forwarded headers are believed"),
    "hosting_provider": Field(_text, "", "who hosts the server: name, address, telephone (the legal notice says it)"),
    "log_level": Field(_choice("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "how much is logged"),
}


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting. Raises :class:`SettingsError` with one sentence per fault."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    for name, field in FIELDS.items():
        try:
            values[name] = field.read(_raw(name, field, environ))
        except (ValueError, OSError) as error:
            faults.append(f"COP_{name.upper()}: {error}")
    if not faults:
        faults = _contradictions(values)
    if faults:
        raise SettingsError("\n".join(faults))
    values["database_url"] = values["database_url"] or f"sqlite:///{values['instance'] / 'cop.sqlite3'}"
    values["register_key"] = values["register_key"] or f"register:{values['secret_key']}"
    # There, everybody is made up, and whoever looks at it should not have to fetch a telephone.
    values["second_factor"] = values["second_factor"] or ("optional" if values["demo"] else "staff")
    return Settings(**{field.name: values[field.name] for field in fields(Settings)})


def _raw(name: str, field: Field, environ: Mapping[str, str]) -> str:
    variable = f"COP_{name.upper()}"
    file_name = environ.get(f"{variable}_FILE")
    if file_name and variable in environ:
        raise ValueError(f"both {variable} and {variable}_FILE are set; keep one")
    if file_name:
        return Path(file_name).read_text(encoding="utf-8").strip()
    value = environ.get(variable, field.default)
    if value is None:
        raise ValueError(f"is missing ({field.meaning})")
    return value


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    faults = []
    if len(values["secret_key"]) < 32:
        faults.append("COP_SECRET_KEY: too short, 32 characters at least (make one: openssl rand -hex 32)")
    if values["mail_transport"] == "redirect" and not values["mail_redirect_to"]:
        faults.append("COP_MAIL_REDIRECT_TO: is missing, and COP_MAIL_TRANSPORT is redirect")
    if values["env"] == "production" and values["mail_transport"] == "memory":
        faults.append("COP_MAIL_TRANSPORT: memory forgets every mail, it is for tests only")
    if values["mail_username"] and values["mail_tls"] == "none":
        faults.append("COP_MAIL_TLS: none would send the SMTP password in clear")
    return faults


def current_settings() -> Settings:
    settings: Settings = current_app.extensions["cop.settings"]
    return settings
