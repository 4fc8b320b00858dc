"""What the columns of a list of people may hold, and those that are never read."""

from typing import Final

from cop.core.i18n import _l
from cop.imports.rules import Field, Forbidden


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


FIELDS: Final = (
    Field("given_name", _l("Given name"), _words("prénom, prénom usuel, first name, given name, firstname")),
    Field(
        "family_name",
        _l("Family name"),
        _words("nom, nom de famille, nom d’usage, nom usuel, last name, family name, surname"),
    ),
    Field(
        "full_name",
        _l("Full name"),
        _words(
            "nom et prénom, nom prénom, prénom nom, prénom et nom, nom complet, identité, full name, name, contact,"
            "participant"
        ),
    ),
    Field(
        "email",
        _l("E-mail address"),
        _words(
            "e-mail, mail, courriel, adresse e-mail, adresse mail, adresse courriel, adresse électronique, mél,"
            "email address"
        ),
    ),
    Field(
        "phone",
        _l("Telephone"),
        _words("téléphone, tél, portable, mobile, numéro de téléphone, phone, gsm"),
    ),
    Field("profession", _l("Profession"), _words("profession, métier, spécialité, code profession, occupation, job")),
    Field(
        "commune",
        _l("Commune of practice"),
        _words("commune, ville, lieu d’exercice, commune d’exercice, localité, city, town"),
    ),
    Field("postal_code", _l("Postal code"), _words("code postal, cp, postal code, zip, postcode")),
    Field("insee", _l("INSEE code of the commune"), _words("code insee, insee, code commune")),
    Field("rpps", _l("RPPS number"), _words("rpps, numéro rpps, n° rpps, identifiant national pp, identifiant pp")),
    Field(
        "organisation",
        _l("Organisation"),
        _words(
            "organisation, structure, établissement, employeur, organisme, raison sociale, msp, cabinet,"
            "organization, employer, company"
        ),
    ),
    Field("function", _l("Function"), _words("fonction, poste, rôle, function, position, role")),
)
FORBIDDEN: Final = (
    Forbidden(
        _l("This column seems to be about health or patients: it is not read and nothing of it is kept."),
        _words(
            "diagnostic, diagnosis, pathologie, maladie, traitement, symptôme, antécédents, handicap, patient,"
            "allergie, disability"
        ),
    ),
    Forbidden(
        _l("This column holds what we have no use for (birth, home, national number): nothing of it is kept."),
        _words(
            "date de naissance, lieu de naissance, né le, née le, naissance le, birth, dob, âge, sécurité sociale,"
            "nir, n° ss, nss, numéro ss, social security, adresse personnelle, domicile, sexe, genre"
        ),
    ),
    Forbidden(
        _l("Notes are not imported: they may speak of health. Nothing of this column is kept."),
        _words("notes, note, remarque, commentaire, observation, comment"),
    ),
)
