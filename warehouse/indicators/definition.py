"""The definition of an indicator: the head of its SQL file, strictly read, and the tables and columns that the SELECT reads.

A head is comment lines `-- key: text` before the SELECT; a line `--   text` goes on with the line above. Refuses an unknown, repeated,
empty or missing key, a word that is none of the known ones, and a SELECT that reads a dataset which the head does not name:
`indicator.invalid`, with file and line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from expectations.declaration import THEMES
from expectations.errors import EvidenceError
from expectations.place import home_place
from warehouse.indicators.aims import Aim, aims
from warehouse.sql_reading import Reading, read_sql

FOLDER = Path(__file__).resolve().parent
LEVELS = ("oa", "lsoa", "msoa", "ward", "local_authority", "combined_authority", "county", "region", "country", "school")
BETTER = ("higher", "lower", "neither")
# How the 95 % interval comes about, and what that means in words.
INTERVALS: Mapping[str, str] = {
    "none": "no interval: a count of everyone, or a figure for which no standard interval exists",
    "wilson": "Wilson score interval for a proportion",
    "byar": "Byar's interval for a count or rate, exact Poisson limits below 10",
    "published": "the publisher's own 95 % interval",
    "survey_share": "95 % interval of a share, from the publisher's own intervals of its two counts",
}
_ONCE = ("title", "meaning", "unit", "better", "levels", "sources", "informs", "numerator", "denominator", "interval", "per", "decimals")
_OFTEN = ("caveat", "break")
_NEEDED = ("title", "meaning", "unit", "better", "levels", "sources", "informs", "interval")
_KEY = re.compile(r"^-- ([a-z_]+):(?:\s+(.*\S))?\s*$")
_MORE = re.compile(r"^--  +(\S.*?)\s*$")
_NAME = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
_DATASET = re.compile(r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")


@dataclass(frozen=True)
class Break:
    """From `since` on an indicator is not what it was: no figure before may be compared with one from then on."""

    since: date
    reason: str


@dataclass(frozen=True)
class Indicator:
    """What an indicator means, where it comes from and how it is computed. `per` is what one part in one of the denominator counts as."""

    name: str
    theme: str
    path: Path
    title: str
    meaning: str
    unit: str
    better: str
    levels: tuple[str, ...]
    sources: tuple[str, ...]
    informs: tuple[Aim, ...]
    interval: str
    sql: str
    numerator: str = ""
    denominator: str = ""
    per: float = 1.0
    decimals: int = 1
    caveats: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()

    @cached_property
    def reading(self) -> Reading:
        """The tables and columns that the SELECT names."""
        return read_sql(self.sql)


def files(folder: Path = FOLDER) -> list[Path]:
    """The SQL files of all indicators, sorted by theme and name."""
    return sorted(folder.glob("*/*.sql"))


def load_all(folder: Path = FOLDER) -> tuple[Indicator, ...]:
    """Every indicator, sorted by theme and name. Raises `indicator.invalid`, also where two files bear one name."""
    found, faulty = load_readable(folder)
    for error in faulty.values():
        raise error
    return found


def load_readable(folder: Path = FOLDER) -> tuple[tuple[Indicator, ...], dict[Path, EvidenceError]]:
    """The indicators whose files can be read, and why each of the others cannot: one faulty file holds back itself."""
    found: dict[str, Indicator] = {}
    faulty: dict[Path, EvidenceError] = {}
    for path in files(folder):
        try:
            if path.stem in found:
                raise _invalid(path, 1, f"{path.stem} also stands in {found[path.stem].theme}/", "one file for each name")
            found[path.stem] = load_file(path)
        except EvidenceError as error:
            faulty[path] = error
    return tuple(found.values()), faulty


def load_file(path: Path) -> Indicator:
    """The indicator in one SQL file. Raises `indicator.invalid` with file and line."""
    text = home_place().fill(path.read_text(encoding="utf-8"))
    head, sql = _head(path, text)
    if not _NAME.match(path.stem):
        raise _invalid(path, 1, path.stem, "a name in lower_snake_case")
    _one_of(path, 1, "theme (the folder)", path.parent.name, THEMES)
    values = {key: head[key][0] for key in _ONCE if key in head}
    line = {key: where for key, (_, where) in values.items()}
    given = {key: words for key, (words, _) in values.items()}
    indicator = Indicator(
        name=path.stem,
        theme=path.parent.name,
        path=path,
        title=given["title"],
        meaning=given["meaning"],
        unit=given["unit"],
        better=_one_of(path, line["better"], "better", given["better"], BETTER),
        levels=tuple(_one_of(path, line["levels"], "level", level, LEVELS) for level in _listed(given["levels"])),
        sources=tuple(_source(path, line["sources"], name) for name in _listed(given["sources"])),
        informs=tuple(_aim(path, line["informs"], key) for key in _listed(given["informs"])),
        interval=_one_of(path, line["interval"], "interval", given["interval"], INTERVALS),
        sql=sql,
        numerator=given.get("numerator", ""),
        denominator=given.get("denominator", ""),
        per=_number(path, line.get("per", 1), "per", given.get("per") or ("100" if given["unit"] == "percent" else "1")),
        decimals=int(_number(path, line.get("decimals", 1), "decimals", given.get("decimals", "1"))),
        caveats=tuple(words for words, _ in head.get("caveat", ())),
        breaks=tuple(_break(path, where, words) for words, where in head.get("break", ())),
    )
    _check(indicator, line)
    return indicator


def _head(path: Path, text: str) -> tuple[dict[str, list[tuple[str, int]]], str]:
    """The keys of the head with their texts and lines, and the SELECT below."""
    head: dict[str, list[tuple[str, int]]] = {}
    last = ""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        key, more = _KEY.match(line), _MORE.match(line)
        if key:
            last = _one_of(path, number, "key", key[1], (*_ONCE, *_OFTEN))
            if last in _ONCE and last in head:
                raise _invalid(path, number, f"key {last!r} stands twice", "each key once")
            if not key[2]:
                raise _invalid(path, number, f"key {last!r} has no text", "`-- key: text`")
            head.setdefault(last, []).append((key[2], number))
        elif more and last:
            words, where = head[last][-1]
            head[last][-1] = (f"{words} {more[1]}", where)
        elif line.startswith("--"):
            raise _invalid(path, number, line, "`-- key: text`, or `--   ` and more of the text above")
        else:
            break
    missing = [key for key in _NEEDED if key not in head]
    if missing:
        raise _invalid(path, 1, f"missing key {missing[0]!r}", f"a head with {', '.join(_NEEDED)}")
    return head, "\n".join(lines[number - 1 :]).strip().removesuffix(";")


def _check(indicator: Indicator, line: Mapping[str, int]) -> None:
    """What one key says about another, and the SELECT about the head."""
    path = indicator.path
    if bool(indicator.numerator) != bool(indicator.denominator) and indicator.interval == "wilson":
        raise _invalid(path, line["interval"], "wilson without numerator and denominator", "both, in words")
    if not indicator.sql.lower().startswith(("select", "with", "from")):
        raise _invalid(path, 1, indicator.sql[:40], "one SELECT below the head")
    reading = indicator.reading
    if reading.error:
        raise _invalid(path, 1, reading.error, "one SELECT that DuckDB can read")
    undeclared = sorted(name for name in reading.tables if not name.startswith("mart.") and name not in indicator.sources)
    if undeclared:
        raise _invalid(path, line["sources"], f"the SELECT reads {undeclared[0]}", "every dataset that is read among `sources`")


def _aim(path: Path, line: int, key: str) -> Aim:
    known = aims()
    return known[_one_of(path, line, "principle or challenge", key, known)]


def _source(path: Path, line: int, name: str) -> str:
    if not _DATASET.match(name):
        raise _invalid(path, line, f"source {name!r}", "dataset ids such as ons.population")
    return name


def _break(path: Path, line: int, words: str) -> Break:
    since, _, reason = words.partition(" ")
    try:
        return Break(date.fromisoformat(since), reason) if reason else _refuse_break(path, line, words)
    except ValueError:
        return _refuse_break(path, line, words)


def _refuse_break(path: Path, line: int, words: str) -> Break:
    raise _invalid(path, line, f"break {words!r}", "an ISO date and the reason: `-- break: 2018-09-01 nurseries came in`")


def _number(path: Path, line: int, key: str, words: str) -> float:
    try:
        return float(words.replace(",", ""))
    except ValueError:
        raise _invalid(path, line, f"{key} {words!r}", "a number") from None


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _one_of(path: Path, line: int, what: str, word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    if word in known:
        return word
    near = difflib.get_close_matches(word, list(known), n=1)
    raise _invalid(path, line, f"{what} {word!r}" + (f" (did you mean {near[0]!r}?)" if near else ""), f"one of {', '.join(known)}")


def _invalid(path: Path, line: int, found: str, expected: str) -> EvidenceError:
    return EvidenceError("indicator.invalid", where=f"{path}, line {line}", found=found, expected=expected)
