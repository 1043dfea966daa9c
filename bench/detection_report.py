"""The measured detection as a document: a table per kind, the harmless rewritings, the real pairs, and every miss by name."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Protocol

_HEAD = """# What the detector sees

<!-- Written by `python -m bench.detection`; run it again after a change of tasks/read, tasks/shape or tasks/changes. -->

Measured on {date} in {seconds:.0f} s. Each mutation of `tasks/rehearse` is done to several of {tables} tables of the shipped sample, as the
files cross the wire (thinned to whole areas), written as a file, and compared with the file before it without a declaration. A mutation
that a table has no room for (no periods, no key) is not counted. Real and held-out pairs are publishers' files that are not part of the
project: what was measured of them stands until it is measured again where they are.

"""


_REAL = "## Real pairs"


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
    @property
    def lines(self) -> int: ...


def report(
    outcomes: Sequence[Judged],
    tables: Sequence[str],
    seconds: float,
    date: datetime.date,
    first: str = "",
    kept: str = "",
    judged: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """The document, as Markdown. `first`: what the held-out measure gave before it was used; `kept`: an earlier document, whose part on real
    files stands where there are none now; `judged`: what is to be said of a miss, by mutation and file."""
    done, clean = _of(outcomes, "mutation"), _of(outcomes, "rewriting")
    parts = [_HEAD.format(date=date.isoformat(), seconds=seconds, tables=len(tables)), _summary(done, clean)]
    parts += ["\n", *_per_kind(done), *_per_mutation(done)]
    if clean:
        parts.append("\n## The same content, written again\n\n| rewriting | done | alarms |\n|---|---|---|\n")
        for name in dict.fromkeys(one.name for one in clean):
            same = [one for one in clean if one.name == name]
            parts.append(f"| {name} | {len(same)} | {sum(not one.right_verdict for one in same)} |\n")
    parts.append("\n## Missed\n\n" + ("".join(_missed(one) for one in _misses([*done, *clean])) or "Nothing.\n"))
    parts.append("\n## The tables\n\n" + "".join(f"- {name}\n" for name in tables))
    parts.append(_on_real_files(outcomes, first, date, judged or {}) or _kept(kept))
    return "".join(parts)


def _of(outcomes: Sequence[Judged], strength: str) -> list[Judged]:
    return [one for one in outcomes if one.strength == strength]


def _misses(outcomes: Sequence[Judged]) -> list[Judged]:
    return [one for one in outcomes if not (one.right_kinds and one.right_verdict)]


def _per_kind(done: Sequence[Judged]) -> list[str]:
    parts = ["## Per kind\n\n| kind | mutations | done | right kind | right verdict |\n|---|---|---|---|---|\n"]
    for kind in sorted({one.kind for one in done}):
        of_kind = [one for one in done if one.kind == kind]
        names = len({one.name for one in of_kind})
        parts.append(f"| `{kind}` | {names} | {len(of_kind)} | {_share(of_kind, 'right_kinds')} | {_share(of_kind, 'right_verdict')} |\n")
    return parts


def _per_mutation(done: Sequence[Judged]) -> list[str]:
    parts = ["\n## Per mutation\n\n| mutation | expected | done | right kind | right verdict |\n|---|---|---|---|---|\n"]
    for name in dict.fromkeys(one.name for one in done):
        same = [one for one in done if one.name == name]
        expected = same[0].wanted.replace("|", " or ")
        parts.append(f"| {name} | {expected} | {len(same)} | {_share(same, 'right_kinds')} | {_share(same, 'right_verdict')} |\n")
    return parts


def _on_real_files(outcomes: Sequence[Judged], first: str, date: datetime.date, judged: Mapping[tuple[str, str], str]) -> str:
    """The part on publishers' real files; '' where none were judged."""
    real, pairs = _of(outcomes, "real"), _of(outcomes, "unseen pair")
    unseen, clean = _of(outcomes, "unseen mutation"), _of(outcomes, "unseen rewriting")
    if not real:
        return ""
    parts = [f"\n{_REAL}\n\nMeasured on {date.isoformat()}.\n\n"]
    parts.append(f"- {len(real)} pairs, right kinds {_share(real, 'right_kinds')}, right verdict {_share(real, 'right_verdict')}\n")
    parts.append(f"- the most that is said of one pair: {max(one.lines for one in [*real, *pairs])} changes\n")
    parts.append("\n| row | files | expected | told | changes | right |\n|---|---|---|---|---|---|\n")
    parts += [_pair(one) for one in real]
    parts.append(
        "\n## Held out\n\nPairs of real files whose verdicts were written down before the detector was shown them (most of the files stand in\n"
        "other tests too, in other pairs), and mutations written apart from the library.\n\n"
    )
    parts.append(
        f"- {first}\n- now: pairs {len(pairs)}, right kinds {_share(pairs, 'right_kinds')}, verdict {_share(pairs, 'right_verdict')}; "
    )
    parts.append(f"mutations {len(unseen)} done, right kind {_share(unseen, 'right_kinds')}, verdict {_share(unseen, 'right_verdict')}; ")
    parts.append(f"the same content written again {len(clean)}, {sum(not one.right_verdict for one in clean)} false alarms\n")
    parts.append("\n| pair | files | expected | told | changes | right |\n|---|---|---|---|---|---|\n")
    parts += [_pair(one) for one in pairs]
    missed = "".join(_missed(one, judged.get((one.name, one.subject), "")) for one in _misses([*real, *pairs, *unseen, *clean]))
    parts.append("\n### Missed\n\n" + (missed or "Nothing.\n"))
    return "".join(parts)


def _pair(one: Judged) -> str:
    right = "yes" if one.right_kinds and one.right_verdict else "no"
    wanted = one.wanted.replace("|", " or ")
    return f"| {one.name} | {one.subject} | {wanted} | {one.verdict} | {one.lines} | {right} |\n"


def _kept(document: str) -> str:
    """The part on real files of an earlier document."""
    return f"\n{_REAL}{document.split(_REAL, 1)[1]}" if _REAL in document else ""


def _summary(done: Sequence[Judged], clean: Sequence[Judged]) -> str:
    lines = [f"- mutations: {len(done)} done, right kind {_share(done, 'right_kinds')}, right verdict {_share(done, 'right_verdict')}"]
    if clean:
        lines.append(f"- the same content written again: {len(clean)} files, {sum(not one.right_verdict for one in clean)} false alarms")
    return "\n".join(lines) + "\n"


def _share(outcomes: Sequence[Judged], what: str) -> str:
    right = sum(bool(getattr(one, what)) for one in outcomes)
    return f"{right} of {len(outcomes)} ({right / len(outcomes):.1%})" if outcomes else "none"


def _missed(one: Judged, judged: str = "") -> str:
    said = f" {judged}" if judged else ""
    return f"- {one.name}, {one.subject}: wanted {one.wanted}; {one.verdict}, told {one.told or 'nothing'}. {one.loudest[:240]}{said}\n"
