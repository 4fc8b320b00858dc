"""The contract of the rooms: inside every slice, who may import whom and what from outside.

The built-in contracts of import-linter want every module named; here a room splits freely by sub-noun
(`service_waitlist` is a room of the kind `service`), and the next slice is covered on its first day.
"""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomsContract(Contract):
    """Rooms of a slice import downwards; some kinds of rooms know no web and no database.

    - slices: package whose children are the slices, but for those named in not_slices
    - order: kinds of rooms, highest first; kinds separated by `|` may not see each other
    - without: lines `kind: package package`, what a kind of room may not import
    - only_by: lines `kind: module`, who alone may import a kind of room from another slice
    """

    type_name = "rooms"

    slices = fields.ModuleField()
    not_slices = fields.ListField(subfield=fields.StringField(), required=False)
    order = fields.ListField(subfield=fields.StringField())
    without = fields.ListField(subfield=fields.StringField(), required=False)
    only_by = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        del verbose
        root: str = self.slices.name  # type: ignore[attr-defined]
        ranks = _ranks(_lines(self.order))
        without = _pairs(self.without)
        only_by = _pairs(self.only_by)
        others = _lines(self.not_slices)
        broken: list[str] = []
        for module in sorted(graph.modules):
            place = _place(module, root, others)
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                target = _place(imported, root, others)
                reason = _breach(place, target, imported, module, ranks, without, only_by)
                if reason:
                    broken.append(f"{module} -> {imported}: {reason}")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["broken"]:
            output.print_error(line)


def _place(module: str, root: str, others: list[str]) -> tuple[str, str]:
    """("cop.events", "service") of cop.events.service_waitlist; ("", "") outside the slices."""
    if not module.startswith(f"{root}."):
        return "", ""
    slice_name, _, room = module.removeprefix(f"{root}.").partition(".")
    return (f"{root}.{slice_name}", room.partition("_")[0]) if room and slice_name not in others else ("", "")


def _lines(option: Any) -> list[str]:
    return list(option or [])


def _ranks(order: list[str]) -> dict[str, int]:
    return {kind.strip(): rank for rank, line in enumerate(order) for kind in line.split("|")}


def _pairs(lines: Any) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for line in _lines(lines):
        kind, _, packages = line.partition(":")
        pairs.setdefault(kind.strip(), []).extend(packages.split())
    return pairs


def _breach(
    place: tuple[str, str],
    target: tuple[str, str],
    imported: str,
    module: str,
    ranks: dict[str, int],
    without: dict[str, list[str]],
    only_by: dict[str, list[str]],
) -> str:
    (home, kind), (there, room) = place, target
    if kind in ranks and imported.partition(".")[0] in without.get(kind, []):
        return f"{kind} knows nothing of {imported.partition('.')[0]}"
    if home == there and kind in ranks and room in ranks and kind != room:
        if ranks[room] < ranks[kind]:
            return f"{kind} stands below {room}"
        if ranks[room] == ranks[kind]:
            return f"{kind} and {room} do not see each other"
    if room in only_by and home != there and module not in only_by[room]:
        return f"{room} is imported by {' '.join(only_by[room])} only"
    return ""
