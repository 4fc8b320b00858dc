"""Answers in the shape of each calendar program, written from their published samples; people and places invented."""

from datetime import UTC, datetime

CRLF = "\r\n"


def _lines(*lines: str) -> str:
    return CRLF.join(lines) + CRLF


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def gmail(uid: str, attendee: str, partstat: str, made_at: datetime, *, sequence: int = 0, sender: str = "") -> bytes:
    """A full copy of the event with one ATTENDEE; alternative and attachment."""
    calendar = _lines(
        "BEGIN:VCALENDAR",
        "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        "DTSTART:20270114T080000Z",
        "DTEND:20270114T113000Z",
        f"DTSTAMP:{_stamp(made_at)}",
        "ORGANIZER;CN=Cokillaje:mailto:contact@cokillaje.example",
        f"UID:{uid}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN={attendee};",
        f" X-NUM-GUESTS=0:mailto:{attendee}",
        "CREATED:20261120T090000Z",
        f"SEQUENCE:{sequence}",
        "STATUS:CONFIRMED",
        "SUMMARY:Un autre titre\\, que nous ne prenons pas",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return _lines(
        "MIME-Version: 1.0",
        f"From: Diane Dumas <{sender or attendee}>",
        "To: contact@cokillaje.example",
        "Message-ID: <calendar-1a2b3c@mail.gmail.example>",
        "Date: Fri, 20 Nov 2026 11:00:00 +0000",
        "Subject: =?UTF-8?Q?Accept=C3=A9_=3A_Matin=C3=A9e_d=27=C3=A9tudes?=",
        'Content-Type: multipart/mixed; boundary="mixed"',
        "",
        "--mixed",
        'Content-Type: multipart/alternative; boundary="alt"',
        "",
        "--alt",
        'Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes',
        "Content-Transfer-Encoding: 8bit",
        "",
        "Diane Dumas a répondu à cette invitation.",
        "--alt",
        'Content-Type: text/calendar; charset="UTF-8"; method=REPLY',
        "Content-Transfer-Encoding: 7bit",
        "",
        calendar.rstrip(),
        "--alt--",
        "--mixed",
        'Content-Type: application/ics; name="invite.ics"',
        'Content-Disposition: attachment; filename="invite.ics"',
        "Content-Transfer-Encoding: 7bit",
        "",
        calendar.rstrip(),
        "--mixed--",
    ).encode()


def exchange(uid: str, attendee: str, partstat: str, made_at: datetime, *, sequence: int = 0) -> bytes:
    """Outlook through Exchange: no ORGANIZER, a Windows zone, a translated summary, base64."""
    import base64

    calendar = _lines(
        "BEGIN:VCALENDAR",
        "METHOD:REPLY",
        "PRODID:Microsoft Exchange Server 2010",
        "VERSION:2.0",
        "BEGIN:VTIMEZONE",
        "TZID:Romance Standard Time",
        "BEGIN:STANDARD",
        "DTSTART:16010101T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:16010101T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        f"ATTENDEE;PARTSTAT={partstat};CN=Diane Dumas:mailto:{attendee.upper()}",
        "COMMENT;LANGUAGE=fr-FR:\\n",
        f"UID:{uid}",
        "SUMMARY;LANGUAGE=fr-FR:Accepté : Matinée d’études",
        "DTSTART;TZID=Romance Standard Time:20270114T090000",
        "DTEND;TZID=Romance Standard Time:20270114T123000",
        "CLASS:PUBLIC",
        "PRIORITY:5",
        f"DTSTAMP:{_stamp(made_at)}",
        "TRANSP:OPAQUE",
        "STATUS:CONFIRMED",
        f"SEQUENCE:{sequence}",
        "X-MICROSOFT-CDO-APPT-SEQUENCE:0",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return _lines(
        f"From: Diane Dumas <{attendee}>",
        "To: Cokillaje <contact@cokillaje.example>",
        "Subject: =?iso-8859-1?Q?Accept=E9_:_Matin=E9e?=",
        "Message-ID: <AM0PR0000MB1@exchange.example>",
        "X-MS-Has-Attach:",
        'Content-Type: multipart/alternative; boundary="_000_"',
        "MIME-Version: 1.0",
        "",
        "--_000_",
        'Content-Type: text/plain; charset="iso-8859-1"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "",
        "--_000_",
        'Content-Type: text/calendar; charset="utf-8"; method=REPLY',
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(calendar.encode()).decode().replace("\n", CRLF).rstrip(),
        "",
        "--_000_--",
    ).encode()


def apple(uid: str, attendee: str, partstat: str, made_at: datetime, *, sequence: int = 0) -> bytes:
    """Inline in a nested mixed, quoted-printable."""
    calendar = CRLF.join(
        (
            "BEGIN:VCALENDAR",
            "CALSCALE:GREGORIAN",
            "VERSION:2.0",
            "METHOD:REPLY",
            "PRODID:-//Apple Inc.//macOS 15.1//EN",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f'ATTENDEE;CN=3D"Diane Dumas";CUTYPE=3DINDIVIDUAL;PARTSTAT=3D{partstat}:mailto:=\r\n{attendee}',
            'ORGANIZER;CN=3D"Cokillaje":mailto:contact@cokillaje.example',
            "DTSTART;TZID=3DEurope/Paris:20270114T090000",
            "DTEND;TZID=3DEurope/Paris:20270114T123000",
            f"DTSTAMP:{_stamp(made_at)}",
            "SUMMARY:Matin=C3=A9e d=E2=80=99=C3=A9tudes",
            f"SEQUENCE:{sequence}",
            "END:VEVENT",
            "END:VCALENDAR",
        )
    )
    return _lines(
        f"From: Diane Dumas <{attendee}>",
        'Content-Type: multipart/mixed; boundary="Apple-Mail-1"',
        "Subject: =?utf-8?Q?R=C3=A9ponse_=C3=A0_l=E2=80=99invitation?=",
        "Message-Id: <8A7B6C5D@icloud.example>",
        "To: Cokillaje <contact@cokillaje.example>",
        "Mime-Version: 1.0 (Mac OS X Mail 16.0)",
        "",
        "--Apple-Mail-1",
        'Content-Type: multipart/mixed; boundary="Apple-Mail-2"',
        "",
        "--Apple-Mail-2",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Diane Dumas a accept=C3=A9.",
        "--Apple-Mail-2",
        "Content-Type: text/calendar; method=REPLY; charset=utf-8; name=iCal-20261120.ics",
        "Content-Transfer-Encoding: quoted-printable",
        "Content-Disposition: inline",
        "",
        calendar,
        "--Apple-Mail-2--",
        "--Apple-Mail-1--",
    ).encode()


def thunderbird(uid: str, attendee: str, partstat: str, made_at: datetime, *, sequence: int = 0) -> bytes:
    """A series: the master answered, a moved date still open with the old stamp. Lines of 76 octets occur."""
    calendar = _lines(
        "BEGIN:VCALENDAR",
        "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
        "VERSION:2.0",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"DTSTAMP:{_stamp(made_at)}",
        f"UID:{uid}",
        "SUMMARY:Séminaire",
        f"ATTENDEE;RSVP=TRUE;CN=Diane Dumas;PARTSTAT={partstat};ROLE=REQ-PARTICIPANT:mailto:{attendee}",
        "ORGANIZER;CN=Cokillaje:mailto:contact@cokillaje.example",
        "DTSTART;TZID=Europe/Paris:20270114T090000",
        "RRULE:FREQ=DAILY;COUNT=2",
        f"SEQUENCE:{sequence}",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "DTSTAMP:20261101T000000Z",
        f"UID:{uid}",
        "RECURRENCE-ID;TZID=Europe/Paris:20270115T090000",
        f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT:mailto:{attendee}",
        "DTSTART;TZID=Europe/Paris:20270115T100000",
        f"SEQUENCE:{sequence}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return _lines(
        "Content-Type: multipart/mixed; boundary=mixed",
        f"From: Diane Dumas <{attendee}>",
        "To: contact@cokillaje.example",
        "Message-ID: <tb-1@cabinet.example>",
        "MIME-Version: 1.0",
        "Subject: Invitation accepted",
        "",
        "--mixed",
        "Content-Type: multipart/alternative; boundary=alt",
        "",
        "--alt",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "Diane Dumas a accepté.",
        "--alt",
        "Content-Type: text/calendar; method=REPLY; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        calendar.rstrip(),
        "--alt--",
        "--mixed--",
    ).encode()


def attachment_only(uid: str, attendee: str, partstat: str, made_at: datetime, *, sequence: int = 0) -> bytes:
    """A program that sends METHOD in lower case, no PRODID, and its answer as an attached octet stream."""
    calendar = _lines(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "method:reply",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_stamp(made_at)}",
        f"ATTENDEE;PARTSTAT={partstat.lower()}:MAILTO:{attendee}",
        *([f"SEQUENCE:{sequence}"] if sequence else []),
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return _lines(
        f"From: {attendee}",
        "To: contact@cokillaje.example",
        "Message-ID: <other-1@cabinet.example>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=m",
        "",
        "--m",
        "Content-Type: text/plain",
        "",
        "Voir la pièce jointe.",
        "--m",
        'Content-Type: application/octet-stream; name="reponse.ics"',
        'Content-Disposition: attachment; filename="reponse.ics"',
        "",
        calendar.rstrip(),
        "--m--",
    ).encode()


def ics_only(uid: str, attendee: str, partstat: str, made_at: datetime, *, sequence: int = 0) -> bytes:
    """A gateway that leaves nothing but the attachment, in base64, without PRODID and with CN as RFC 6868 writes it."""
    import base64

    calendar = _lines(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_stamp(made_at)}",
        f"ATTENDEE;CN=Diane ^'Didi^' Dumas;PARTSTAT={partstat}:mailto:{attendee.title()}",
        "COMMENT:Je serai là\\, peut-être en retard.",
        f"SEQUENCE:{sequence}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return _lines(
        f"From: Diane Dumas <{attendee.capitalize()}>",
        "To: contact@cokillaje.example",
        "Message-ID: <gateway-1@cabinet.example>",
        "MIME-Version: 1.0",
        'Content-Type: application/ics; name="reply.ics"',
        'Content-Disposition: attachment; filename="reply.ics"',
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(calendar.encode()).decode().replace("\n", CRLF).rstrip(),
    ).encode()


PROGRAMS = {
    "gmail": gmail,
    "exchange": exchange,
    "apple": apple,
    "thunderbird": thunderbird,
    "attachment": attachment_only,
    "ics_only": ics_only,
}


def counter(uid: str, attendee: str, made_at: datetime) -> bytes:
    """« Proposer un autre horaire »."""
    return (
        gmail(uid, attendee, "TENTATIVE", made_at)
        .replace(b"METHOD:REPLY", b"METHOD:COUNTER")
        .replace(b"method=REPLY", b"method=COUNTER")
    )


def bounce(
    recipient: str, message_id: str, *, status: str = "5.1.1", action: str = "failed", inside: str = ""
) -> bytes:
    """A delivery report that carries our own invitation inside."""
    return _lines(
        "Return-Path: <>",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>",
        "To: contact@cokillaje.example",
        "Message-ID: <report-1@mail.example>",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
        "",
        "--r",
        "Content-Type: text/plain",
        "",
        "Your message could not be delivered.",
        "--r",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Action: {action}",
        f"Status: {status}",
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown",
        "",
        "--r",
        "Content-Type: message/rfc822",
        "",
        f"Message-ID: {message_id}",
        "Subject: Inscription",
        "MIME-Version: 1.0",
        "Content-Type: text/calendar; method=REPLY; charset=utf-8",
        "",
        inside or "BEGIN:VCALENDAR",
        "--r--",
    ).encode()


def vacation(sender: str) -> bytes:
    return _lines(
        f"From: Diane Dumas <{sender}>",
        "To: contact@cokillaje.example",
        "Message-ID: <vacation-1@cabinet.example>",
        "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A_Rappel?=",
        "Auto-Submitted: auto-replied (vacation)",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Je suis absente jusqu’à lundi.",
    ).encode()


def human(sender: str) -> bytes:
    return _lines(
        f"From: Diane Dumas <{sender}>",
        "To: contact@cokillaje.example",
        "Message-ID: <words-1@cabinet.example>",
        "Subject: Une question",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Bonjour, y a-t-il un parking ?",
    ).encode()
