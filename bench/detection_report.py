"""The measured detection as a document: a table per kind, the harmless rewritings, the real pairs, and every miss by name."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Protocol

_HEAD = """# What the detector sees

<!-- Written by `python -m bench.detection`; run it again after a change of tasks/read, tasks/shape or tasks/changes. -->

Measured on {date} in {seconds:.0f} s. Each mutation of `tasks/rehearse` is done to each of {tables} tables of the shipped sample, as the
files cross the wire (thinned to whole areas where large), written as a file, and compared with the file before it without a declaration.
A mutation that a table has no room for (no periods, no key) is not counted.

"""


class Judged(Protocol):
    """What the report needs of an outcome."""

    @property
    def subject(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def strength(self) -> str: ...
    @property
    def right_kinds(self) -> bool: ...
    @property
    def right_verdict(self) -> bool: ...
    @property
    def verdict(self) -> str: ...
    @property
    def wanted(self) -> str: ...
    @property
    def told(self) -> str: ...
    @property
    def loudest(self) -> str: ...


def report(outcomes: Sequence[Judged], tables: Sequence[str], seconds: float, date: datetime.date) -> str:
    """The document, as Markdown."""
    done = [one for one in outcomes if one.strength == "mutation"]
    clean = [one for one in outcomes if one.strength == "rewriting"]
    real = [one for one in outcomes if one.strength == "real"]
    parts = [_HEAD.format(date=date.isoformat(), seconds=seconds, tables=len(tables)), _summary(done, clean, real)]
    parts.append("\n## Per kind\n\n| kind | mutations | done | right kind | right verdict |\n|---|---|---|---|---|\n")
    for kind in sorted({one.kind for one in done}):
        of_kind = [one for one in done if one.kind == kind]
        names = len({one.name for one in of_kind})
        parts.append(f"| `{kind}` | {names} | {len(of_kind)} | {_share(of_kind, 'right_kinds')} | {_share(of_kind, 'right_verdict')} |\n")
    parts.append("\n## Per mutation\n\n| mutation | expected | done | right kind | right verdict |\n|---|---|---|---|---|\n")
    for name in dict.fromkeys(one.name for one in done):
        same = [one for one in done if one.name == name]
        parts.append(
            f"| {name} | {same[0].wanted.replace('|', ' or ')} | {len(same)} | {_share(same, 'right_kinds')} | {_share(same, 'right_verdict')} |\n"
        )
    if clean:
        parts.append("\n## The same content, written again\n\n| rewriting | done | alarms |\n|---|---|---|\n")
        for name in dict.fromkeys(one.name for one in clean):
            same = [one for one in clean if one.name == name]
            parts.append(f"| {name} | {len(same)} | {sum(not one.right_verdict for one in same)} |\n")
    if real:
        parts.append("\n## Real pairs\n\n| row | files | expected | told | right |\n|---|---|---|---|---|\n")
        for one in real:
            right = "yes" if one.right_kinds and one.right_verdict else "no"
            parts.append(f"| {one.name} | {one.subject} | {one.wanted} | {one.verdict} | {right} |\n")
    missed = [one for one in outcomes if not (one.right_kinds and one.right_verdict)]
    parts.append("\n## Missed\n\n" + ("".join(_missed(one) for one in missed) or "Nothing.\n"))
    parts.append("\n## The tables\n\n" + "".join(f"- {name}\n" for name in tables))
    return "".join(parts)


def _summary(done: Sequence[Judged], clean: Sequence[Judged], real: Sequence[Judged]) -> str:
    lines = [f"- mutations: {len(done)} done, right kind {_share(done, 'right_kinds')}, right verdict {_share(done, 'right_verdict')}"]
    if clean:
        lines.append(f"- the same content written again: {len(clean)} files, {sum(not one.right_verdict for one in clean)} false alarms")
    if real:
        lines.append(f"- real pairs: {len(real)}, right kinds {_share(real, 'right_kinds')}, right verdict {_share(real, 'right_verdict')}")
    return "\n".join(lines) + "\n"


def _share(outcomes: Sequence[Judged], what: str) -> str:
    right = sum(bool(getattr(one, what)) for one in outcomes)
    return f"{right} of {len(outcomes)} ({right / len(outcomes):.1%})" if outcomes else "none"


def _missed(one: Judged) -> str:
    return f"- {one.name}, {one.subject}: wanted {one.wanted}; {one.verdict}, told {one.told or 'nothing'}. {one.loudest[:240]}\n"
