"""The terms of an export in words: licence, attribution, caveats, dates, how to cite. The same in a workbook, a Parquet footer and a package.

Refuses to leave out a licence: whatever is exported says under which terms each of its datasets stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.place import home_place
from warehouse.exports.contents import ExportTable, Terms
from warehouse.exports.licences import is_open, licence_of, licences_of

MARKERS = (
    "Where a publisher prints a symbol in place of a number, the symbol stands there as printed, and `status` says what it means: suppressed, "
    "not_available, not_applicable, missing or withheld. It is never zero."
)
NOT_OPEN = "Part of this is for use within the council. Do not publish or pass on: {tables}."
SAMPLE = "Made from the sample that ships with the project: real figures, an extract of each publication."
FORMULAS = "In CSV, a text that a spreadsheet program would take for a formula has an apostrophe before it."


def cover_lines(tables: Sequence[ExportTable], exported_on: str) -> list[tuple[str, str]]:
    """(label, text) of everything that a reader has to know before the first figure."""
    lines = [("What it is", tables[0].about if len(tables) == 1 else _together(tables)), ("As known on", known_on(tables) or exported_on)]
    lines += [("Exported on", exported_on), ("Licence", "; ".join(f"{one.title} {one.url}".strip() for one in licences_of(_terms(tables))))]
    listed = dict.fromkeys(one.attribution for one in _terms(tables))
    lines += [("Attribution" if place == 0 else "", attribution) for place, attribution in enumerate(listed)]
    closed = [table.name for table in tables if not is_open(table.terms)]
    lines += [("Not to be passed on", NOT_OPEN.format(tables=", ".join(closed)))] if closed else []
    lines += [("How to cite", citation(tables, exported_on))]
    lines += [("Bear in mind", caveat) for table in tables[:1] for caveat in table.caveats if len(tables) == 1]
    lines += [("Held", f"Newer data waits for a decision; these are the last good rows: {held}")] if (held := _held(tables)) else []
    lines += [("Sample", SAMPLE)] if any(table.sample for table in tables) else []
    lines += [("Symbols", MARKERS), ("Units", "Each row says its unit in `unit`; the sheet Notes has the unit of every other column.")]
    vintages = [vintage for table in tables for vintage in table.vintages] if len(tables) == 1 else []
    lines += [("Vintage", ", ".join(vintages))] if 0 < len(vintages) <= 5 else []
    releases = tables[0].releases if len(tables) == 1 else ()
    lines += [("Release", "; ".join(releases))] if 0 < len(releases) <= 5 else []
    lines += [("From", "\n".join(tables[0].addresses))] if len(tables) == 1 and tables[0].addresses else []
    return lines


def citation(tables: Sequence[ExportTable], exported_on: str) -> str:
    """How to cite an export: who published it, what, as known when, under which licence, by way of whom."""
    publishers = list(dict.fromkeys(one.publisher for one in _terms(tables)))
    who = (
        publishers[0] if len(publishers) == 1 else f"{publishers[0]} and {len(publishers) - 1} other publishers" if publishers else maker()
    )
    what = tables[0].title if len(tables) == 1 else "Evidence base"
    licence = ", ".join(one.title for one in licences_of(_terms(tables)) if one.open)
    end = f" {licence}." if licence else ""
    return f"{who}: {what}, as known on {known_on(tables) or exported_on}, from the {maker()}, exported {exported_on}.{end}"


def footer_terms(table: ExportTable, exported_on: str) -> dict[str, str]:
    """The terms as keys and values, for the footer of a Parquet file."""
    return {
        "title": table.title,
        "description": table.about,
        "licence": ", ".join(one.name for one in licences_of(table.terms)),
        "attribution": "\n".join(one.attribution for one in table.terms),
        "caveats": "\n".join(table.caveats),
        "known_on": table.known_on,
        "vintages": ", ".join(table.vintages),
        "exported_on": exported_on,
        "citation": citation([table], exported_on),
    }


def readme(tables: Sequence[ExportTable], exported_on: str) -> str:
    """The terms as a text file, for a folder of several files."""
    lines = [
        f"{label or 'Attribution'}: {text}".replace("\n", "\n  ") for label, text in cover_lines(tables, exported_on) if label != "Units"
    ]
    listed = [f"{table.name}: {table.title}. Licence {', '.join(licence_of(one.licence).title for one in table.terms)}" for table in tables]
    return "\n\n".join([*lines, FORMULAS, "Tables:\n  " + "\n  ".join(listed)]) + "\n"


def known_on(tables: Sequence[ExportTable]) -> str:
    """The day on which the newest of the data counts as known; empty where no table says it."""
    return max((table.known_on for table in tables), default="")


def maker() -> str:
    """Who made the export: the evidence base of the authority that is set."""
    return f"{home_place().name} evidence base"


def _together(tables: Sequence[ExportTable]) -> str:
    return f"{len(tables)} tables of the {maker()}: open data on the city, each as its publisher gave it, and what was computed from it."


def _terms(tables: Sequence[ExportTable]) -> list[Terms]:
    return list(dict.fromkeys(one for table in tables for one in table.terms))


def _held(tables: Sequence[ExportTable]) -> str:
    return "; ".join(dict.fromkeys(table.held_since for table in tables if table.held_since))
