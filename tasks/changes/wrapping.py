"""The same content in another wrapping: a table that stands elsewhere in its file, another character set, delimiter or compression.

Refuses to judge more than the first file of a release: where there are several, each part is held against its earlier self.
"""

from __future__ import annotations

import re

from expectations.change import Change, Severity
from expectations.shape import Layout, Shape
from tasks.changes.words import counted, listed, quoted


def layout_changes(before: Shape, after: Shape) -> list[Change]:
    """layout_moved and encoding_changed, between the (first) layouts of the two."""
    old, new = _first(before), _first(after)
    if old is None or new is None:
        return []
    return [*_moved(old, new), *_encoded(old, new)]


def _first(shape: Shape) -> Layout | None:
    return next(iter(shape.layouts.values()), None)


def _moved(old: Layout, new: Layout) -> list[Change]:
    facts: list[tuple[str, object, object, str]] = []
    if old.header_row and new.header_row and old.header_row != new.header_row:
        facts.append(
            ("header_row", old.header_row, new.header_row, f"the header stands in row {new.header_row} instead of {old.header_row}")
        )
    if old.header_rows and new.header_rows and old.header_rows != new.header_rows:
        facts.append(
            (
                "header_rows",
                old.header_rows,
                new.header_rows,
                f"the header is spread over {counted(new.header_rows, 'row')} instead of {old.header_rows}",
            )
        )
    if old.sheet and new.sheet and old.sheet.strip() != new.sheet.strip():
        facts.append(("sheet", old.sheet, new.sheet, f"the table is on the sheet {quoted(new.sheet)} instead of {quoted(old.sheet)}"))
    extra = [sheet for sheet in new.sheets if sheet not in old.sheets and sheet != new.sheet]
    gone = [sheet for sheet in old.sheets if sheet not in new.sheets and sheet != old.sheet]
    if old.sheets and new.sheets and extra:
        facts.append(
            ("sheets", list(old.sheets), list(new.sheets), f"there are other sheets beside it: {listed([quoted(s) for s in extra], 3)}")
        )
    if old.sheets and new.sheets and gone:
        facts.append(("sheets", list(old.sheets), list(new.sheets), f"sheets are gone: {listed([quoted(s) for s in gone], 3)}"))
    if old.member and new.member and _stem(old.member) != _stem(new.member):
        facts.append(
            (
                "member",
                old.member,
                new.member,
                f"the table is in the member {quoted(new.member)} of the archive instead of {quoted(old.member)}",
            )
        )
    if not facts:
        return []
    what = f"The table stands elsewhere in the file: {listed([fact[3] for fact in facts], 3)}. It was still read with certainty."
    evidence = {name: {"before": b, "after": a} for name, b, a, _ in facts}
    return [
        Change(
            "layout_moved", Severity.WARNING, what, None, {n: b for n, b, _, _ in facts}, {n: a for n, _, a, _ in facts}, evidence, "layout"
        )
    ]


def _stem(member: str) -> str:
    return re.sub(r"[\d_\-\s]+", "", member.lower())


def _encoded(old: Layout, new: Layout) -> list[Change]:
    names = {
        "format": "the format",
        "encoding": "the character set",
        "bom": "the byte order mark",
        "delimiter": "the delimiter",
        "quote": "the quoting",
        "line_end": "the line ends",
        "compression": "the compression",
    }
    facts = {}
    for name, words in names.items():
        was, now = getattr(old, name), getattr(new, name)
        if was == now or (name != "bom" and (was is None or now is None) and name != "compression"):
            continue
        if name == "encoding" and {str(was).lower().replace("-sig", ""), str(now).lower().replace("-sig", "")} <= {
            "utf-8",
            "utf8",
            "ascii",
            "us-ascii",
        }:
            continue
        facts[name] = (words, was, now)
    if not facts:
        return []
    said = []
    for name, (words, was, now) in facts.items():
        verb = "are" if name == "line_end" else "is"
        said.append(
            f"{words} {'came' if now else 'is gone'}" if name == "bom" else f"{words} {verb} {now or 'none'} instead of {was or 'none'}"
        )
    what = f"The wrapping changed and the content reads the same: {listed(said, 6)}."
    evidence = {name: {"before": was, "after": now} for name, (_, was, now) in facts.items()}
    return [
        Change(
            "encoding_changed",
            Severity.INFO,
            what,
            None,
            {n: v[1] for n, v in facts.items()},
            {n: v[2] for n, v in facts.items()},
            evidence,
            "\x1f".join(facts),
        )
    ]
