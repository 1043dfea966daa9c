"""The two files of a draft, as a person would have written them: a declaration of fewer than 25 lines, and one SELECT.

Refuses to say what nobody said: a licence or a theme that is not known is left out, and `evidence check` names what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.declaration_text import flow
from expectations.place import home_place
from expectations.sources import Common
from tasks.draft.plan import Made, Plan, plain

MOST_LINES = 24
# Of a line, and how many rules there are then: the last are the least telling. Wider, and with fewer, where the table has very many columns.
_FORMS = ((140, 7), (180, 7), (240, 7), (320, 7), (480, 7), (480, 6), (480, 5), (800, 5), (10_000, 5))


@dataclass(frozen=True)
class Facts:
    """What the head of a declaration says. `licence` and `theme` are '' where nobody said."""

    id: str
    title: str
    why: str
    theme: str
    owner: str
    licence: str
    attribution: str


@dataclass(frozen=True)
class Aside:
    """What stands beside the columns: patterns of parts that are no table, columns that no file holds."""

    skip_parts: Sequence[str] = ()
    labels: Sequence[str] = ()


def declaration_text(
    facts: Facts,
    source: Common,
    read: Mapping[str, str],
    plan: Plan,
    raw: Sequence[tuple[str, str | None, bool]],  # our name, the header where it is another, whether it is optional
    key: Sequence[str],
    grain: Sequence[str],
    rules: Sequence[Mapping[str, Any]],
    aside: Aside,
) -> str:
    """The YAML. Lines are as long as it takes to stay below 25 of them."""
    for width, most in _FORMS:
        lines = [*_head(facts, source, read, width), *_raw(raw, key, aside, width), *_tidy(plan.columns, grain, width), "expectations:"]
        lines += [f"  - {flow(dict(rule))[1:-1]}" for rule in rules[:most]]
        if len(lines) <= MOST_LINES:
            break
    return "\n".join(lines) + "\n"


def tidy_text(facts: Facts, plan: Plan, grain: Sequence[str]) -> str:
    """The SQL."""
    lines = [f"-- {_one_line(facts.title)}. Grain: one row per {', '.join(grain)}."]
    if plan.unpivoted:
        chosen = _wrapped(" " * 8 + "(", [plain(name) for name in plan.unpivoted], ")", 138, " " * 9)
        lines += ["with cells as (", f"    from raw unpivot include nulls (printed for {plan.into} in", *chosen[:-1], f"{chosen[-1]})", ")"]
    else:
        lines += ["with cells as (from raw)"]
    made = [f"    {one.sql} as {one.name}" if one.sql != one.name else f"    {one.name}" for one in plan.columns]
    lines += ["select", ",\n".join([*made, "    _part as source_part", "    _row as source_row"]), "from cells"]
    return "\n".join(lines) + "\n"


def _head(facts: Facts, source: Common, read: Mapping[str, str], width: int) -> list[str]:
    arguments = _anywhere(source.model_dump(exclude_defaults=True, exclude_none=True, mode="json"))
    said = {"kind": getattr(source, "kind", ""), **{name: value for name, value in arguments.items() if name != "kind"}}
    return [
        f"title: {flow(facts.title)}",
        f"why: {flow(facts.why)}  # decide: what it says of the city",
        *([f"theme: {facts.theme}  # decide: does it fit?"] if facts.theme else []),
        f"owner: {facts.owner}  # decide: who is told",
        *([f"licence: {flow(facts.licence)}"] if facts.licence else []),
        f"attribution: {flow(facts.attribution)}",
        *_wrapped("source: {", [flow({name: value})[1:-1] for name, value in said.items()], "}", width, "  "),
        "release: {due: no calendar}  # decide: when does the next one come? every month, every September, dates; then late_after_days too",
        "delivery: full  # decide: full, window or increment",
        *([f"read: {flow(dict(read))}"] if read else []),
    ]


def _anywhere(value: Any) -> Any:
    """Arguments in which the home area stands as the setting, so that another authority need not change the declaration."""
    if isinstance(value, Mapping):
        return {name: _anywhere(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_anywhere(each) for each in value]
    return "${area_code}" if value == home_place().code else value


def _raw(raw: Sequence[tuple[str, str | None, bool]], key: Sequence[str], aside: Aside, width: int) -> list[str]:
    if all(header is None and not optional for _, header, optional in raw):
        columns = _wrapped("  columns: [", [flow(name) for name, _, _ in raw], "]", width, "    ")
    else:
        columns = _wrapped(
            "  columns: {", [flow({name: _header(header, optional)})[1:-1] for name, header, optional in raw], "}", width, "    "
        )
    said = [f"  {name}: {flow(list(each))}" for name, each in (("skip_parts", aside.skip_parts), ("labels", aside.labels)) if each]
    return ["raw:", f"  key: {flow(list(key))}", *said, *columns]


def _header(header: str | None, optional: bool) -> Any:
    if optional:
        return {**({"headers": [header]} if header is not None else {}), "optional": True}
    return header


def _tidy(columns: Iterable[Made], grain: Sequence[str], width: int) -> list[str]:
    said = [
        flow({one.name: {"type": one.type, "meaning": one.meaning, **({"unit": one.unit} if one.unit else {})}})[1:-1] for one in columns
    ]
    timed = any(one.name == "period" for one in columns)
    return [
        "tidy:",
        f"  grain: {flow(list(grain))}",
        *(["  period: period"] if timed else []),
        *_wrapped("  columns: {", said, "}", width, "    "),
    ]


def _wrapped(opening: str, items: Sequence[str], closing: str, width: int, indent: str) -> list[str]:
    """Items between brackets, as many on a line as fit."""
    lines = [opening]
    for place, item in enumerate(items):
        text = item + (closing if place == len(items) - 1 else ",")
        glue = "" if lines[-1] in (opening, indent) else " "
        if len(lines[-1]) + len(glue) + len(text) > width and lines[-1] not in (opening, indent):
            lines.append(indent)
            glue = ""
        lines[-1] += glue + text
    return lines if items else [opening + closing]


def _one_line(text: str) -> str:
    return " ".join(text.split())
