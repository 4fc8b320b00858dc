"""The import compared with the truth of its own generator, and what it leaves behind when it does not succeed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core.db import db
from cop.core.errors import Refused
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.territories import queries, service, service_headcounts
from cop.territories.models import (
    Headcount,
    ImportStatus,
    RegisterImport,
    RegisterPractice,
    Territory,
    TerritoryKind,
)
from cop.territories.service_register import ExtractRefused, import_register
from tests.people_of_the_tests import territory
from tests.territories.make_register import EMAIL, FAMILY, FOLLOWED, PHONE, PONTCHATEAU, Maker, Truth

DAY = date(2026, 9, 23)
SMALL = (TerritoryKind.EPCI, TerritoryKind.CUSTOM)


@pytest.fixture
def seeded(app: Application) -> None:
    with unit_of_work():
        service.seed_reference_data(root=("region", "52"))


@pytest.fixture
def extract(tmp_path: Path) -> Callable[..., tuple[Path, Truth]]:
    def write(people: int = 400, seed: int = 1, name: str = "extract.txt", **options: Any) -> tuple[Path, Truth]:
        path = tmp_path / name
        return path, Maker(seed).write(path, people, **options)

    return write


def found() -> dict[tuple[str, str, str], list[int]]:
    """Headcounts of the import in force: people by code, by postal code, perhaps (of the followed perimeters)."""
    rows = db.session.execute(
        sa.select(
            Territory.kind,
            Territory.code,
            Headcount.profession_code,
            Headcount.people,
            Headcount.by_commune_code,
            Headcount.by_postal_code,
            Headcount.in_department_only,
        )
        .join(Headcount, Headcount.territory_id == Territory.id)
        .join(RegisterImport, RegisterImport.id == Headcount.import_id)
        .where(RegisterImport.is_current)
    ).all()
    assert all(people == by_code + by_postal_code for *_key, people, by_code, by_postal_code, _maybe in rows)
    return {
        (kind, code, profession): [by_code, by_postal_code, maybe]
        for kind, code, profession, _people, by_code, by_postal_code, maybe in rows
        if kind not in SMALL or (kind, code) in FOLLOWED
    }


def expected(truth: Truth) -> dict[tuple[str, str, str], list[int]]:
    return {key: counts for key, counts in truth.counts.items() if key[0] not in SMALL or key[:2] in FOLLOWED}


def current() -> RegisterImport:
    made = queries.current_import()
    assert made is not None
    return made


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"trailing": True},
        {"end": "\r\n"},
        {"bom": True},
        {"adjacent": True},
        {"bad": True},
        {"trailing": True, "end": "\r\n", "bom": True, "bad": True},
    ],
    ids=lambda options: "+".join(options) or "plain",
)
def test_headcounts_equal_the_truth(
    seeded: None, extract: Callable[..., tuple[Path, Truth]], options: dict[str, Any]
) -> None:
    path, truth = extract(1500, **options)
    import_register(path, DAY)
    assert found() == expected(truth)
    made = current()
    assert (made.people, made.file_lines, made.status) == (truth.people, truth.lines, ImportStatus.DONE)
    assert made.report["refused"] == truth.refused
    assert made.refused_lines == truth.refused.total()
    assert made.report["unlocated_people"] == truth.unlocated


def test_the_truth_has_something_of_everything() -> None:
    """Or the comparison above would prove little."""
    maker = Maker(1)
    truth = maker.write(Path(os.devnull), 1500, bad=True)
    assert {reason for reason, number in truth.refused.items() if number} == {
        "cells",
        "identifier",
        "check_digit",
        "encoding",
    }
    assert truth.unlocated
    assert all(truth.counts["epci", "200000438", "counted"])
    assert all(truth.counts["epci", "200000438", "rehab"])
    by_code, by_postal_code, perhaps = truth.counts["custom", "haute-herbasse", "counted"]
    assert by_code
    assert perhaps
    assert by_postal_code == 0  # 26350 is shared with Montchenu


def test_unions_count_each_person_once(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    path, truth = extract(1500)
    import_register(path, DAY)
    epci, commune = territory(*PONTCHATEAU).id, territory("commune", "44013").id
    loire, maine, region = (
        territory(*key).id for key in (("department", "44"), ("department", "49"), ("region", "52"))
    )
    health = {"10", "60", "70", "91", "94"}

    for number, key in ((epci, PONTCHATEAU), (loire, ("department", "44")), (region, ("region", "52"))):
        alone = queries.headcount(number, "counted")
        assert alone is not None
        assert alone.people == sum(truth.counts[(*key, "counted")][:2])
        assert alone.extract_date == DAY
        assert queries.distinct_people([number], health) == alone.people

    both = queries.distinct_people([loire, maine], health)
    of_region = queries.headcount(region, "counted")
    assert of_region is not None
    # Some people practise in both, and nobody in the other three départements of the region.
    assert both == of_region.people
    alone = [queries.distinct_people([number], health) for number in (loire, maine)]
    assert both < sum(number for number in alone if number)
    # 44160 belongs to six communes of the EPCI and to Besné: neither holds it whole, their union does.
    apart = [queries.distinct_people([number], health) for number in (epci, commune)]
    together = queries.distinct_people([epci, commune], health)
    assert together is not None
    assert together > sum(number for number in apart if number)


def test_no_figure_where_nobody_can_say(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    partly, whole = territory("region", "84").id, territory("department", "53").id
    assert queries.headcount(whole, "counted") is None
    assert queries.distinct_people([whole], {"70"}) is None
    assert queries.register_knows("99000000374") is None
    import_register(extract()[0], DAY)
    assert queries.headcount(partly, "counted") is None
    assert queries.distinct_people([partly, whole], {"70"}) is None
    nobody = queries.headcount(whole, "counted")
    assert nobody is not None
    assert nobody.people == 0


def test_a_typed_number_can_be_looked_up(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    path, truth = extract(300)
    import_register(path, DAY)
    known = [queries.register_knows(number) for number in truth.numbers]
    assert known.count(True) == truth.people
    assert queries.register_knows("8" + truth.numbers[known.index(True)])
    assert not queries.register_knows("99999999990")


def test_counted_professions_may_change(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    path, truth = extract(800)
    import_register(path, DAY)
    region = territory("region", "52").id
    before = found()
    with unit_of_work():
        service.choose_counted({"70"})
        service_headcounts.recount_current()
    physiotherapists = sum(truth.counts["region", "52", "70"][:2])
    counted = queries.headcount(region, "counted")
    assert counted is not None
    assert counted.people == physiotherapists > 0
    after = found()
    assert {k: v for k, v in after.items() if k[2] != "counted"} == {
        k: v for k, v in before.items() if k[2] != "counted"
    }


def everything_stored() -> bytes:
    """All that the database holds: on SQLite its very bytes, on PostgreSQL every cell of every table."""
    db.session.rollback()
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        files = Path(str(db.engine.url.database)).parent.glob("cop.sqlite3*")
        return b"".join(path.read_bytes() for path in files)
    with db.engine.connect() as connection:
        tables = [connection.execute(sa.select(table)).all() for table in db.metadata.sorted_tables]
    return repr(tables).encode()


def test_nobody_can_be_read_in_the_database(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    path, truth = extract(600, bad=True)
    import_register(path, DAY)
    stored = everything_stored()
    text = path.read_bytes()
    for secret in [*FAMILY, PHONE, EMAIL, "RÉPUBLIQUE", "CHEZ L’ERDRE"]:
        assert secret.encode() in text
        assert secret.encode() not in stored
    numbers = {found[1] for found in re.finditer(rb"(?=(99[0-9]{9}))", stored)}
    assert not numbers & {number.encode() for number in truth.numbers}
    # Nor by trying the numbers one by one without the key.
    assert not [number for number in truth.numbers[:50] if blake2b(number.encode(), digest_size=8).digest() in stored]


def state() -> tuple[Any, ...]:
    db.session.rollback()
    made = current()
    return made.id, made.extract_date, made.people, found()


class Interrupted(Exception):
    pass


def test_an_interrupted_import_leaves_the_previous_headcounts(
    seeded: None, extract: Callable[..., tuple[Path, Truth]]
) -> None:
    import_register(extract(400, seed=1)[0], DAY)
    before = state()

    def stop(_size: int, _read: int) -> None:
        raise Interrupted

    path, truth = extract(600, seed=2, name="next.txt")
    with pytest.raises(Interrupted):
        import_register(path, DAY, stop)
    assert state() == before
    failed = db.session.scalars(sa.select(RegisterImport).order_by(RegisterImport.id.desc())).first()
    assert failed is not None
    assert failed.status == ImportStatus.FAILED
    import_register(path, DAY)
    assert found() == expected(truth)


KILLED_AT = {"while it reads": "progress", "between the counts and the swap": "swap"}


@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_killed_import_leaves_the_previous_headcounts(
    seeded: None, extract: Callable[..., tuple[Path, Truth]], moment: str
) -> None:
    import_register(extract(400, seed=1)[0], DAY)
    before = state()
    path, truth = extract(600, seed=2, name="next.txt")
    db.session.rollback()
    code = f"""
        import os, signal
        from datetime import date
        from pathlib import Path
        from cop.app import create_app
        from cop.territories import service_register

        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)

        if {KILLED_AT[moment]!r} == "swap":
            service_register._put_in_force = die
        with create_app().app_context():
            service_register.import_register(
                Path({str(path)!r}), date(2026, 9, 24), die if {KILLED_AT[moment]!r} == "progress" else None
            )
    """
    died = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=environment(), check=False)
    assert died.returncode == -9
    assert state() == before
    left = db.session.scalars(sa.select(RegisterImport).order_by(RegisterImport.id.desc())).first()
    assert left is not None
    assert left.status == ImportStatus.RUNNING

    import_register(path, DAY)
    assert found() == expected(truth)
    assert people_of() == {current().id}
    db.session.refresh(left)
    assert left.status == ImportStatus.FAILED
    assert db.session.scalar(sa.select(sa.func.count()).where(Headcount.import_id == left.id)) == 0


def environment() -> dict[str, str]:
    settings = current_settings()
    return {
        **os.environ,
        "COP_ENV": "test",
        "COP_SECRET_KEY": settings.secret_key,
        "COP_INSTANCE": str(settings.instance),
        "COP_PUBLIC_URL": settings.public_url,
        "COP_MAIL_TRANSPORT": "memory",
        "COP_DATABASE_URL": settings.database_url,
    }


def people_of() -> set[int]:
    """The imports whose fingerprints are kept."""
    return set(db.session.scalars(sa.select(RegisterPractice.import_id).distinct()))


def test_two_imports_do_not_run_at_once(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    path, _truth = extract()
    refused = []

    def second(_size: int, _read: int) -> None:
        with pytest.raises(Refused, match="en cours") as caught:
            import_register(path, DAY)
        refused.append(caught)

    import_register(path, DAY, second)
    assert refused


def test_the_next_extract_replaces_people_and_keeps_counts(
    seeded: None, extract: Callable[..., tuple[Path, Truth]]
) -> None:
    first = import_register(extract(400, seed=1)[0], DAY).import_id
    path, truth = extract(500, seed=2, name="next.txt")
    second = import_register(path, date(2026, 10, 23)).import_id
    assert found() == expected(truth)
    assert people_of() == {second}
    # A figure of last year is read against the extract of last year.
    assert set(db.session.scalars(sa.select(Headcount.import_id).distinct())) == {first, second}
    assert [i.id for i in db.session.scalars(sa.select(RegisterImport).where(RegisterImport.is_current))] == [second]


def test_a_truncated_file_is_refused_unless_told_otherwise(
    seeded: None, extract: Callable[..., tuple[Path, Truth]], tmp_path: Path
) -> None:
    whole, truth = extract(400)
    import_register(whole, DAY)
    before = state()
    short = tmp_path / "short.txt"
    short.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[: int(truth.lines * 0.79)]))
    with pytest.raises(ExtractRefused, match="tronqué") as caught:
        import_register(short, DAY)
    assert state() == before
    assert people_of() == {before[0]}
    assert db.session.get_one(RegisterImport, caught.value.import_id).status == ImportStatus.REFUSED
    import_register(short, DAY, force=True)
    assert state() != before


def test_a_file_cut_by_a_fifth_at_most_is_accepted(
    seeded: None, extract: Callable[..., tuple[Path, Truth]], tmp_path: Path
) -> None:
    whole, truth = extract(400)
    import_register(whole, DAY)
    short = tmp_path / "short.txt"
    short.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[: int(truth.lines * 0.81) + 1]))
    assert import_register(short, DAY).import_id != 1
    assert current().file_lines == int(truth.lines * 0.81)


def test_the_same_file_is_recognised_zipped_or_not(
    seeded: None, extract: Callable[..., tuple[Path, Truth]], tmp_path: Path
) -> None:
    path, _truth = extract()
    archive = tmp_path / "extract.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(path, "PS_LibreAcces_Personne_activite_202609230712.txt")
    first = import_register(archive)
    assert not first.unchanged
    assert current().extract_date == DAY
    again = import_register(path, date(2026, 10, 1))
    assert again.unchanged
    assert again.import_id == first.import_id
    # One letter changed, same size: another file.
    path.write_bytes(path.read_bytes().replace(b"|49007|", b"|44013|", 1))
    assert not import_register(path, date(2026, 10, 1)).unchanged


def test_dates_are_asked_for_and_checked(
    seeded: None, extract: Callable[..., tuple[Path, Truth]], clock: Any, tmp_path: Path
) -> None:
    path, _truth = extract()
    with pytest.raises(Refused, match="--date"):
        import_register(path)
    with pytest.raises(Refused, match="à venir"):
        import_register(path, date(2026, 11, 21))
    import_register(path, date(2026, 11, 20))
    before = state()
    older, _truth = extract(450, name="PS_LibreAcces_Personne_activite_202609230712.txt", seed=4)
    with pytest.raises(Refused, match="plus ancienne"):
        import_register(older)
    assert state() == before
    import_register(older, force=True)
    assert current().extract_date == DAY


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text.replace(b"|", b"||"), "en-tête|inconnues"),
        (lambda text: text.splitlines(keepends=True)[0], "aucune ligne"),
        (lambda text: text.replace(b"\n8|", b"\n8||"), "n’ont pas pu être lues"),
        (lambda text: text.replace(b"|C|Civil|", b"|E|Civil|").replace(b"|M|Militaire|", b"|E|x|"), "n’exerce"),
    ],
    ids=["another file", "header alone", "shifted", "nobody practises"],
)
def test_a_wrong_file_changes_nothing(
    seeded: None,
    extract: Callable[..., tuple[Path, Truth]],
    tmp_path: Path,
    spoil: Callable[[bytes], bytes],
    words: str,
) -> None:
    path, _truth = extract()
    import_register(path, DAY)
    before = state()
    spoilt = tmp_path / "spoilt.txt"
    spoilt.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(Refused, match=words):
        import_register(spoilt, DAY)
    assert state() == before
    assert people_of() == {before[0]}


def test_nothing_is_imported_before_the_site_is_set_up(
    app: Application, extract: Callable[..., tuple[Path, Truth]]
) -> None:
    with pytest.raises(Refused, match="cop init"):
        import_register(extract()[0], DAY)


def test_unknown_professions_are_counted_apart(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    path, truth = extract(600)
    path.write_bytes(path.read_bytes().replace(b"|60|", b"|ZZ|"))
    import_register(path, DAY)
    assert current().report["unknown_professions"].keys() == {"ZZ"}
    region = queries.headcount(territory("region", "52").id, "autre")
    assert region is not None
    assert region.people == sum(truth.counts["region", "52", "60"][:2])


def test_the_site_goes_on_writing_meanwhile(seeded: None, extract: Callable[..., tuple[Path, Truth]]) -> None:
    """No transaction is open while the extract is read: on SQLite it would stop everybody else."""
    written = []

    def write(_size: int, _read: int) -> None:
        with db.engine.begin() as connection:
            connection.execute(sa.update(Territory).where(Territory.code == "49007").values(population=1))
        written.append(True)

    import_register(extract()[0], DAY, write)
    assert written
