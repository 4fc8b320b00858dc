"""What a short note must not hold: the details of a person.

A note about a partner is no place for a resident, a patient or a child (docs/privacy.md). The detector knows only
what is plain: addresses, telephones, numbers as long as a national one, dates of birth. It is a reminder to whoever
types, not a proof that a text is clean.
"""

import re
from typing import Any, Final

from cop.core.i18n import _l

WARNING: Final = _l(
    "Never the name, the health or the situation of a patient, a child or a resident, nor an opinion about somebody."
)
_SIGNS: Final = (
    (
        re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}"),
        _l("There is a mail address in it: put it on the record of the contact, then take it out of the text."),
    ),
    # A social security number has 13 digits and a key of 2; blanks are typed between its groups.
    (
        re.compile(r"(?<!\d)\d(?:[ \u00a0\u202f.]?\d){12,14}(?!\d)"),
        _l("There is a number of 13 to 15 digits in it, as long as a social security number: take it out."),
    ),
    (
        re.compile(r"(?<![\d+])(?:(?:\+|00)33[ \u00a0\u202f.-]?|0)[1-9](?:[ \u00a0\u202f.-]?\d{2}){4}(?!\d)"),
        _l("There is a telephone number in it: put it on the record of the contact, then take it out of the text."),
    ),
    (
        re.compile(r"\b(?:n[ée]e?s?|born)\b(?:\(e\))?[ \u00a0]+(?:le|en|on|in)\b[ \u00a0]*\d", re.IGNORECASE),
        _l("It tells when somebody was born: take it out."),
    ),
)


def personal_details(text: str) -> list[Any]:
    """What is in the text and must be taken out before it is kept, a sentence each."""
    return [sentence for sign, sentence in _SIGNS if sign.search(text)]
