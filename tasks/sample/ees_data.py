"""EES data sets for the sample server: DfE's tables and their metadata in compact files, described as the API describes them.

Holds no figures: it reads a manifest and the tables beside it. The manifest is JSON, `<dataset>.json` under
`tasks/sample/figures/<publisher>/`:

    {"protocol": "ees", "source": "…", "licence": "…",
     "id": "<GUID>", "file_id": "<GUID>", "title": "…", "summary": "…", "status": "Published", "in_api": true,
     "publication": {"id": "<GUID>", "title": "…", "slug": "…", "summary": "…"},
     "meta": "<dataset>.meta.csv",                      columns as DfE's: col_name, col_type, label, indicator_unit, indicator_dp
     "versions": [{"version": "1.0", "type": "Major", "status": "Published", "published": "2025-06-05T08:30:00Z",
                   "notes": "", "release": {"title": "…", "slug": "…"}, "csv": "<dataset>-1.0.csv.gz"}]}

A table is DfE's own CSV, packed (`.csv.gz`) or not, or Parquet of texts with the same columns, which is served as CSV.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from pyarrow import parquet

from tasks.fetch.ees_names import IDENTIFIERS, LEVELS

_ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_LEVEL_CODES = {label: code for code, (label, _) in LEVELS.items()}
_TIME_CODES = {label: code for code, label in IDENTIFIERS.items()}


@dataclass(frozen=True)
class Version:
    """One version: its facts as the API prints them, and the bytes of its CSV."""

    facts: Mapping[str, Any]  # version, type, status, published, notes, release
    content: bytes
    meta_rows: Sequence[Mapping[str, str]]
    salt: str = field(default="")

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.content.decode("utf-8-sig"))))

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in str(self.facts["version"]).split("."))

    @cached_property
    def meta(self) -> dict[str, Any]:
        """What `/meta` answers. Absent values are left out, as the API leaves them out."""
        described = [row for row in self.meta_rows if self.rows and row["col_name"] in self.rows[0]]
        levels = _distinct(row["geographic_level"] for row in self.rows)
        # In the order of their text, as recorded of the real service, and not in that of time.
        periods = sorted(_distinct(json.dumps(self.period(row)) for row in self.rows))
        return {
            "filters": [self._filter(row) for row in described if row["col_type"] == "Filter"],
            "indicators": [self._indicator(row) for row in described if row["col_type"] == "Indicator"],
            "geographicLevels": [{"code": _LEVEL_CODES[label], "label": label} for label in levels],
            "locations": self._locations(),
            "timePeriods": [json.loads(text) for text in periods],
        }

    def period(self, row: Mapping[str, str]) -> dict[str, str]:
        """`202324`, `Academic year` -> AY, 2023/2024, 2023/24."""
        text, code = row["time_period"], _TIME_CODES.get(row["time_identifier"], "CY")
        twelve_months = code in ("AY", "FY", "TY", "CY", "RY")
        spoken = f"{text[:4]}/{text[4:]}" if len(text) == 6 else text
        period = f"{text[:4]}/{int(text[:4]) + 1}" if len(text) == 6 else text
        return {"code": code, "period": period, "label": spoken if twelve_months else f"{spoken} {row['time_identifier']}"}

    def places(self, row: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """The places that a row names: level code -> location option."""
        found = {}
        for code, (_, columns) in LEVELS.items():
            option = {key: row[column] for column, key in columns if row.get(column)}
            if "label" in option:
                codes = [option[key] for key in sorted(option) if key != "label"]
                identity = self.id("location", code, *(codes or [option["label"]]))
                found[code] = {"id": identity, "label": option.pop("label"), **option}
        return found

    def id(self, *words: str) -> str:
        """An id as short and as opaque as DfE's; the same words give the same one in every version."""
        number = int.from_bytes(hashlib.sha256("\x1f".join([self.salt, *words]).encode()).digest()[:4], "big") + len(_ALPHABET) ** 4
        text = ""
        while number:
            number, digit = divmod(number, len(_ALPHABET))
            text += _ALPHABET[digit]
        return text

    def summary(self) -> dict[str, Any]:
        """The facts with what follows from the data, as `/versions` and `latestVersion` print them."""
        periods = [period["label"] for period in sorted(self.meta["timePeriods"], key=_in_time)]
        return {
            **{name: value for name, value in self.facts.items() if name != "csv"},
            "totalResults": len(self.rows),
            "timePeriods": {"start": periods[0], "end": periods[-1]} if periods else {},
            "geographicLevels": [level["label"] for level in self.meta["geographicLevels"]],
            "filters": [item["label"] for item in self.meta["filters"]],
            "indicators": [item["label"] for item in self.meta["indicators"]],
        }

    def _filter(self, row: Mapping[str, str]) -> dict[str, Any]:
        column = row["col_name"]
        labels = sorted(label for label in _distinct(each[column] for each in self.rows) if label)
        options = [{"id": self.id("option", column, label), "label": label} for label in labels]
        hint = row.get("filter_hint") or ""
        return {"id": self.id("filter", column), "column": column, "label": row["label"], "hint": hint, "options": options}

    def _indicator(self, row: Mapping[str, str]) -> dict[str, Any]:
        column = row["col_name"]
        facts: dict[str, Any] = {"id": self.id("indicator", column), "column": column, "label": row["label"]}
        if row.get("indicator_unit"):
            facts["unit"] = row["indicator_unit"]
        if row.get("indicator_dp"):
            facts["decimalPlaces"] = int(row["indicator_dp"])
        return facts

    def _locations(self) -> list[dict[str, Any]]:
        groups: dict[str, dict[str, dict[str, str]]] = {}
        for row in self.rows:
            for code, option in self.places(row).items():
                groups.setdefault(code, {})[option["id"]] = option
        return [{"level": {"code": code, "label": LEVELS[code][0]}, "options": list(options.values())} for code, options in groups.items()]


@dataclass(frozen=True)
class DataSet:
    """A data set with its versions, oldest first. `file_id` is its id in the data catalogue, which is another."""

    id: str
    file_id: str
    title: str
    publication: Mapping[str, str]
    versions: tuple[Version, ...]
    summary: str = ""
    status: str = "Published"
    superseded_by: str = ""
    in_api: bool = True

    @property
    def latest(self) -> Version:
        live = [version for version in self.versions if version.facts["status"] == "Published"] or list(self.versions)
        return max(live, key=lambda version: version.number)

    def described(self) -> dict[str, Any]:
        """What `/data-sets/{id}` answers."""
        latest = {name: value for name, value in self.latest.summary().items() if name in _OF_LATEST}
        superseded = {"supersedingDataSetId": self.superseded_by} if self.superseded_by else {}
        facts = {"id": self.id, "title": self.title, "summary": self.summary, "status": self.status}
        return {**facts, **superseded, "latestVersion": {**latest, "file": {"id": self.file_id}}}


_OF_LATEST = ("version", "published", "totalResults", "timePeriods", "geographicLevels", "filters", "indicators")


def data_sets(manifests: Iterable[Path]) -> tuple[DataSet, ...]:
    """The data set of each manifest."""
    return tuple(_data_set(manifest) for manifest in manifests)


def csv_of(figures: Path) -> bytes:
    """The figures as CSV: a CSV as it stands, unpacked; a Parquet file's rows, with empty cells for what is missing."""
    if figures.suffix == ".gz":
        return gzip.decompress(figures.read_bytes())
    if figures.suffix == ".csv":
        return figures.read_bytes()
    table = parquet.read_table(figures, use_threads=False)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for batch in table.to_batches():
        writer.writerows(["" if cell is None else cell for cell in row] for row in zip(*batch.to_pydict().values(), strict=True))
    return text.getvalue().encode()


def _data_set(manifest: Path) -> DataSet:
    told = json.loads(manifest.read_text(encoding="utf-8"))
    with (manifest.parent / told["meta"]).open(encoding="utf-8-sig", newline="") as file:
        meta_rows = list(csv.DictReader(file))
    versions = [Version(facts, csv_of(manifest.parent / facts["csv"]), meta_rows, told["id"]) for facts in told["versions"]]
    facts = {field.name: told[field.name] for field in fields(DataSet) if field.name in told}
    return DataSet(**{**facts, "versions": tuple(versions)})


def changelog(before: Version | None, after: Version) -> dict[str, Any]:
    """What `/versions/{v}/changes` answers: removals are major, additions and changes minor; changed values are not told."""
    major: dict[str, Any] = {}
    minor: dict[str, Any] = {}
    if before is not None:
        for name in ("filters", "indicators"):
            _tell(name, _bare(before.meta[name]), _bare(after.meta[name]), major, minor)
        _tell("geographicLevels", _by(before.meta["geographicLevels"], "code"), _by(after.meta["geographicLevels"], "code"), major, minor)
        old, new = (_by_text(version.meta["timePeriods"]) for version in (before, after))
        _tell("timePeriods", old, new, major, minor)
        _tell_options("filterOptions", "filter", _grouped(before.meta["filters"]), _grouped(after.meta["filters"]), major, minor)
        levels = [_places(version.meta["locations"]) for version in (before, after)]
        _tell_options("locationOptions", "level", levels[0], levels[1], major, minor)
    return {"versionNumber": after.facts["version"], "notes": after.facts.get("notes", ""), "majorChanges": major, "minorChanges": minor}


def _tell(name: str, old: Mapping[str, Any], new: Mapping[str, Any], major: dict[str, Any], minor: dict[str, Any]) -> None:
    gone = [{"previousState": old[key]} for key in old if key not in new]
    come = [{"currentState": new[key]} for key in new if key not in old]
    other = [{"previousState": old[key], "currentState": new[key]} for key in new if key in old and old[key] != new[key]]
    if gone:
        major[name] = gone
    if come or other:
        minor[name] = [*come, *other]


def _tell_options(
    name: str, parent: str, old: Mapping[str, Any], new: Mapping[str, Any], major: dict[str, Any], minor: dict[str, Any]
) -> None:
    for key in old.keys() & new.keys():
        inner_major: dict[str, Any] = {}
        inner_minor: dict[str, Any] = {}
        _tell("options", _by(old[key][1], "id"), _by(new[key][1], "id"), inner_major, inner_minor)
        for inner, outer in ((inner_major, major), (inner_minor, minor)):
            if inner:
                outer.setdefault(name, []).append({parent: new[key][0], **inner})


def _places(groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {group["level"]["code"]: (group["level"], group["options"]) for group in groups}


def _grouped(filters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    bare = _bare(filters)
    return {item["id"]: (bare[item["id"]], item["options"]) for item in filters}


def _bare(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {item["id"]: {key: value for key, value in item.items() if key != "options"} for item in items}


def _by(items: Sequence[Mapping[str, Any]], key: str) -> dict[str, Any]:
    return {str(item[key]): item for item in items}


def _by_text(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {json.dumps(item, sort_keys=True): item for item in items}


def _in_time(period: Mapping[str, str]) -> tuple[str, int]:
    return period["period"], int("".join(c for c in period["code"] if c.isdigit()) or 0)


def _distinct(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))
