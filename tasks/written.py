"""What a declaration says that can be read and is wrong all the same: names that promise another type, units and licences that nobody knows,
days that have passed, policies of columns that are not there, areas that are none.

Each problem is one line with the file, the line in it and the nearest right name. Refuses to judge what a person alone can know: a unit that no
other dataset has is taken as it stands, unless it is nearly one that others have.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from expectations.declaration import DATASETS, Dataset
from expectations.declaration_faults import line_in, nearest
from expectations.policies import iso_day
from tasks.shape.areas import LAD_CHANGES
from warehouse.exports.licences import Licence, licence_of

PROMISED = {  # the end of a name -> the type that it promises (docs/naming.md)
    "_code": "VARCHAR", "_name": "VARCHAR", "_level": "VARCHAR", "_vintage": "VARCHAR", "_start": "DATE", "_end": "DATE", "_date": "DATE",
}  # fmt: skip
FIXED = {
    "period": "VARCHAR", "measure": "VARCHAR", "value": "DOUBLE", "status": "VARCHAR", "marker": "VARCHAR", "unit": "VARCHAR",
    "lower_ci": "DOUBLE", "upper_ci": "DOUBLE",
}  # fmt: skip
_SHORTENED = re.compile(r"(^|_)(cd|nm|yr|pct|perc|num|qty|desc|cat)(_|$)")
_SAYS_NOTHING = re.compile(r"^(the )?(value|name|code|column|field|see source|n/?a|tbd|todo)\.?$", re.IGNORECASE)
_UNIT = re.compile(r"\bunit:\s*(?P<quote>[\"']?)([^,}{\"'\n#]+?)(?P=quote)\s*[,}\n]")
_NEARLY = 0.8  # so alike that one is more likely the other misspelt
_GSS = re.compile(r"^[EWSNK][0-9]{8}$")
_SETTING = re.compile(r"\$\{[^}]*\}?")
_LICENCES = ("OGL-UK-3.0", "CC-BY-4.0", "CC0-1.0", "ODbL-1.0")
_ADDRESS = re.compile(
    r"^(?!https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])([a-z]+://|www\.)", re.IGNORECASE
)  # this machine's own may stand


def written_problems(declared: Dataset, path: Path, today: date) -> Iterator[str]:
    """Every problem of a declaration that was read, in the order of its keys."""
    text = path.read_text(encoding="utf-8")
    yield from _head(declared, path, text)
    yield from _source(declared, path)
    yield from _raw(declared, path)
    yield from _tidy(declared, path)
    yield from _rules(declared, path)
    yield from _policies(declared, path, today)


def stray_problems(folder: Path) -> Iterator[str]:
    """Files of the folder of declarations that nobody reads, or that two systems would read as one."""
    seen: dict[str, Path] = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and not each.name.startswith(".")):
        if path.suffix in (".yml", ".YAML", ".YML"):
            yield f"{path}, line 1: nobody reads it: a declaration ends in .yaml"
        elif path.suffix == ".yaml" and path.parent.parent != folder:
            yield f"{path}, line 1: nobody reads it: a declaration is {folder.name}/<publisher>/<name>.yaml"
        elif path.suffix == ".yaml":
            first = seen.setdefault(f"{path.parent.name}.{path.stem}".casefold(), path)
            if first != path:
                yield f"{path}, line 1: the id differs from that of {first} in upper and lower case alone, which SQL does not tell apart"
            if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem) or not re.fullmatch(r"[a-z][a-z0-9_]*", path.parent.name):
                yield f"{path}, line 1: an id is publisher.name in lower_snake_case, and this gives {path.parent.name}.{path.stem}"


def _head(declared: Dataset, path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        for setting in _SETTING.findall(line):
            if setting not in ("${area_code}", "${area_name}"):
                yield f"{path}, line {number}: {setting} is no setting{nearest(setting, ['${area_code}', '${area_name}'])}"
    licence = declared.licence
    if licence_of(licence) == Licence(licence, licence) and not licence.startswith("LicenseRef-"):
        known = f"one of {', '.join(_LICENCES)}, or LicenseRef-… for one of your own"
        yield f"{_at(path, 'licence')}: {licence!r} is no licence that is known here{nearest(licence, _LICENCES)}: {known}"


def _source(declared: Dataset, path: Path) -> Iterator[str]:
    """Addresses that are never asked: without a scheme, or in clear text."""
    for place, value in _leaves(declared.source.model_dump(mode="json", exclude_none=True), ("source",)):
        if isinstance(value, str) and str(place[-1]) in ("url", "site", "page") and not value.startswith("/") and _ADDRESS.match(value):
            yield f"{_at(path, *place)}: {value!r} is no address that is asked: it begins with https://"


def _raw(declared: Dataset, path: Path) -> Iterator[str]:
    by_header: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for name, column in declared.raw.columns.items():
        at = _at(path, "raw", "columns", name)
        for header in column.headers:
            first = by_header.setdefault(header, name)
            if first != name:
                yield f"{at}: the header {header!r} is that of {first!r} too: one header is one column"
        alike = by_name.setdefault(name.casefold(), name)
        if alike != name:
            yield f"{at}: {name!r} differs from {alike!r} in upper and lower case alone, which SQL does not tell apart"


def _tidy(declared: Dataset, path: Path) -> Iterator[str]:
    known = _units_of_others(path)
    for name, column in declared.tidy.columns.items():
        at = _at(path, "tidy", "columns", name)
        promised = FIXED.get(name) or next((kind for end, kind in PROMISED.items() if name.endswith(end)), column.type)
        if column.type != promised:
            yield f"{at}: {name!r} is a {column.type}, and a column of that name is a {promised} everywhere"
        if short := _SHORTENED.search(name):
            yield f"{at}: {name!r} is shortened: spell {short[2]!r} out"
        if not column.meaning.strip() or _SAYS_NOTHING.match(column.meaning.strip()):
            yield f"{at}: the meaning {column.meaning!r} says nothing: what is it, of whom, when?"
        if column.unit and column.unit not in known:
            near = difflib.get_close_matches(column.unit, known, n=1, cutoff=_NEARLY)
            if near:
                yield f"{at}: no other dataset has the unit {column.unit!r} (did you mean {near[0]!r}?)"


def _rules(declared: Dataset, path: Path) -> Iterator[str]:
    gone = {old: (year, new) for year, olds, new in LAD_CHANGES for old in olds}
    for place, rule in enumerate(declared.expectations):
        for arguments in rule.values():
            if not isinstance(arguments, Mapping):
                continue
            at = _at(path, "expectations", place)
            area = arguments.get("area")
            if area is not None and not _GSS.match(str(area)):
                yield f"{at}: `area` is a GSS code such as E08000025, and {area!r} is none: the rule would bind nowhere"
            elif area in gone:
                yield f"{at}: {area} gave way to {', '.join(gone[str(area)][1])} in {gone[str(area)][0]}: the rule would bind nowhere"
            values = {str(value) for value in arguments.get("value_set") or () if _GSS.match(str(value))}
            for code in sorted(values & set(gone)):
                year, new = gone[code]
                if values & set(new):
                    yield f"{at}: {code} and {', '.join(sorted(values & set(new)))} are of two vintages: the one gave way to the other in {year}"


def _policies(declared: Dataset, path: Path, today: date) -> Iterator[str]:
    there = [*declared.raw.columns, *declared.raw.labels]
    for kind, entries in declared.policy.items():
        for place, policy in enumerate(entries):
            at = _at(path, "policy", kind, place)
            for name in policy.columns:
                if name not in there:
                    yield f"{at}: {name!r} is among neither raw.columns nor raw.labels{nearest(name, there)}"
            if policy.do == "ignore" and policy.until and date.fromisoformat(iso_day(policy.until)) < today:
                yield f"{at}: it ended on {policy.until}: take it out, or give it another day"
    for place, error in enumerate(declared.known_errors):
        at = _at(path, "known_errors", place)
        for name in error.columns:
            if name not in there:
                yield f"{at}: {name!r} is among neither raw.columns nor raw.labels{nearest(name, there)}"
        if error.expired(today):
            yield f"{at}: it expired on {error.until}, and is an alarm again: take it out, or give it another day"


def _units_of_others(path: Path) -> list[str]:
    """The units that other declarations give to columns: those of the checkout and those that came with the project."""
    listed = [(unit, other) for folder in {path.parent.parent, DATASETS} for unit, others in _units(folder).items() for other in others]
    return sorted({unit for unit, other in listed if other != path})


@lru_cache
def _units(folder: Path) -> Mapping[str, frozenset[Path]]:
    """Unit -> the declarations of a folder that give it to a column. Read as text: a hundred files are too many to check for this."""
    found: dict[str, set[Path]] = {}
    for path in folder.glob("*/*.yaml"):
        for match in _UNIT.finditer(path.read_text(encoding="utf-8", errors="replace")):
            found.setdefault(match[2].strip(), set()).add(path)
    return {unit: frozenset(paths) for unit, paths in found.items()}


def _leaves(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value that is no mapping and no list, with its place."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, (*place, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, (*place, number))
    else:
        yield place, value


def _at(path: Path, *place: Any) -> str:
    return f"{path}, line {line_in(path, place)}"
