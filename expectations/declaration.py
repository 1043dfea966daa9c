"""The declaration of a dataset: one strict YAML file, wholly checked offline before anything is fetched.

Refuses an unknown or misspelt key, a wrong argument for the source kind, a column that the tidy table does not have and a rule that Great
Expectations does not know: each is an error with file, line and the nearest right name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from expectations import change
from expectations.calendar import Calendar
from expectations.calendar import parse as parse_calendar
from expectations.declaration_faults import (
    fault_of_yaml,
    impossible_date,
    invalid,
    line_of_fault,
    line_of_rule,
    nearest,
    repeated_key,
    sentence,
    text_of,
)
from expectations.declaration_forms import listed_columns, raw_column
from expectations.errors import EvidenceError
from expectations.place import home_place
from expectations.policies import DISCARD_AT_MOST, KnownError, Policy, as_lists, refuse_contradictions
from expectations.retention import Retention
from expectations.rhythm import NO_CALENDAR
from expectations.rules import Rule, parse
from expectations.rules.sets import RuleSet, reasons_of
from expectations.sources import Source

DATASETS = Path(__file__).resolve().parent / "datasets"
PROVENANCE_COLUMNS = {"source_part": "VARCHAR", "source_row": "BIGINT"}
THEMES = (
    "population", "diversity", "segregation", "language", "deprivation", "education", "employment", "skills", "earnings", "economy",
    "housing", "health", "crime", "justice", "democracy", "community", "spending", "geography",
)  # fmt: skip
_TYPES = re.compile(r"^(VARCHAR|DOUBLE|BIGINT|INTEGER|DATE|BOOLEAN|TIMESTAMP|DECIMAL\(\d+,\d+\))$")
_COLUMN = re.compile(r"^[a-z][a-z0-9_]*$")
_UNVERIFIED = re.compile(r"^state:\s*unverified\b", re.MULTILINE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Release(_Strict):
    """When the publisher releases. On which days we look follows from it; `schedule` and `rhythm` say otherwise where that is not enough."""

    due: str | tuple[str, ...] | None = Field(
        None, description="When a release is due: ISO dates, a rhythm ('third Tuesday of the month', 'every September') or 'no calendar'."
    )
    late_after_days: int | None = Field(
        None, ge=1, description="Days after the due date from which an absent release is late; for none where nothing is announced."
    )
    schedule: str | None = Field(None, description="Cron, in the time of Europe/London, in place of the days that follow from `due`.")
    rhythm: str | None = Field(None, description="The rhythm in words for people, where `due` does not say it all.")

    @field_validator("due", mode="before")
    @classmethod
    def _dates_as_text(cls, value: Any) -> Any:
        """YAML reads an unquoted 2026-11-24 as a date."""
        if isinstance(value, list | tuple):
            return tuple(one.isoformat() if isinstance(one, date) else one for one in value)
        return value.isoformat() if isinstance(value, date) else value

    @field_validator("due")
    @classmethod
    def _known_calendar(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        if value is not None:
            parse_calendar(value)
        return value

    @model_validator(mode="after")
    def _says_when(self) -> Release:
        if self.due is None and not self.schedule:
            raise ValueError("when is it due? `due` is missing: dates, a rhythm, or 'no calendar'")
        if self.late_after_days is None and (self.due is None or self.calendar.announced):
            raise ValueError("`late_after_days` is missing: from how many days after the due date is it late?")
        return self

    @cached_property
    def calendar(self) -> Calendar:
        """What `due` says; no calendar where it is not declared."""
        return parse_calendar(self.due or NO_CALENDAR)

    @property
    def said(self) -> str:
        """The rhythm in words."""
        return self.rhythm or self.calendar.said


class Read(_Strict):
    """How parts are read where looking at the file is not enough."""

    format: str | None = None
    sheet: str | None = None
    header_row: int | None = Field(None, ge=1)
    member: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


class RawColumn(_Strict):
    """One column of the source that we rely on: every header it has been printed under, newest first."""

    headers: tuple[str, ...]
    optional: bool = Field(False, description="True where the column comes and goes by the publisher's habit.")


class Raw(_Strict):
    """What we rely on in the source's own table."""

    columns: dict[str, RawColumn]
    labels: tuple[str, ...] = Field(
        (), description="Columns that no file holds: what the declaration or the service says of a part, such as its edition."
    )
    key: tuple[str, ...] | None = Field(
        None, description="The columns that tell one row of the source from another; [] where it has no key."
    )
    skip_parts: tuple[str, ...] = Field((), description="Patterns of part names that are kept but are no table (metadata).")

    @field_validator("columns", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, list):
            value = listed_columns(value)
        if not isinstance(value, dict):
            return value
        return {name: raw_column(name, given) for name, given in value.items()}

    @model_validator(mode="after")
    def _key_is_declared(self) -> Raw:
        for name in self.key or ():
            if name not in self.columns and name not in self.labels:
                raise ValueError(f"key column {name!r} is among neither raw.columns nor raw.labels{nearest(name, self.columns)}")
        return self


class TidyColumn(_Strict):
    """One column of the tidy table."""

    type: str
    meaning: str
    unit: str | None = None

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if not _TYPES.match(value):
            raise ValueError(
                f"{value!r} is no type of a tidy table: VARCHAR, DOUBLE, BIGINT, INTEGER, DATE, BOOLEAN, TIMESTAMP or DECIMAL(p,s)"
            )
        return value


class Tidy(_Strict):
    """The tidy table: its grain (the key) and its columns, in order."""

    grain: tuple[str, ...] = Field(min_length=1)
    period: str | None = Field(None, description="The column that names the period; None where a table has no time.")
    columns: dict[str, TidyColumn]

    @model_validator(mode="after")
    def _names(self) -> Tidy:
        for name in self.columns:
            if not _COLUMN.match(name):
                raise ValueError(f"column {name!r} is not in lower_snake_case")
        for name in [*self.grain, *([self.period] if self.period else [])]:
            if name not in self.columns and name not in PROVENANCE_COLUMNS:
                raise ValueError(f"grain or period column {name!r} is not among tidy.columns{nearest(name, self.columns)}")
        return self


class Dataset(_Strict):
    """A dataset, as declared. `id` is `publisher.name`, from the file's own place."""

    id: str
    title: str
    why: str
    theme: str = Field(description="What it is about: one of the themes of the evidence base.")
    state: Literal["verified", "unverified"] = Field(
        "verified",
        description="unverified: the address or the layout was never seen; fetched only on demand, its first live run proposes the contract.",
    )
    unverified: str | None = Field(None, description="Why it is unverified, and what comes nearest until then.")
    informs: tuple[str, ...] = Field((), description="The strategy's principles and challenges that it informs.")
    owner: str
    licence: str
    attribution: str
    caveats: tuple[str, ...] = ()
    source: Source = Field(discriminator="kind")
    release: Release
    delivery: Literal["full", "window", "increment"]
    retention: Retention = Field(Retention(), description="What is kept of states that newer ones have replaced; all where not given.")
    read: Read = Read()
    raw: Raw
    tidy: Tidy
    expectations: tuple[dict[str, Any], ...] = Field(description="Rules; one with `area: CODE` binds where that is the home area.")
    rule_sets: tuple[RuleSet, ...] = Field(
        (), description="A publisher's own rules, held to the source's table by name: ees (the checks of DfE's statistics service)."
    )
    policy: dict[str, tuple[Policy, ...]] = Field({}, description="Kind of change: one policy, or a list of policies with `columns`.")
    discard_at_most: float = Field(
        DISCARD_AT_MOST,
        gt=0,
        le=0.5,
        description="Share of the rows that may be discarded; where more would be, the snapshot is held instead.",
    )
    known_errors: tuple[KnownError, ...] = ()

    @field_validator("theme")
    @classmethod
    def _known_theme(cls, value: str) -> str:
        if value not in THEMES:
            raise ValueError(f"{value!r} is no theme: one of {', '.join(THEMES)}{nearest(value, THEMES)}")
        return value

    @model_validator(mode="after")
    def _says_why_unverified(self) -> Dataset:
        if (self.state == "unverified") != bool(self.unverified):
            raise ValueError("`unverified` says why, and stands where `state` is unverified")
        return self

    @field_validator("policy", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return as_lists(value)

    @field_validator("policy")
    @classmethod
    def _known_kinds(cls, value: dict[str, tuple[Policy, ...]]) -> dict[str, tuple[Policy, ...]]:
        for kind in value:
            if kind not in change.KINDS:
                raise ValueError(f"{kind!r} is no kind of change{nearest(kind, change.KINDS)}")
        refuse_contradictions(value)
        return value

    @field_validator("known_errors")
    @classmethod
    def _known_rules(cls, value: tuple[KnownError, ...], info: ValidationInfo) -> tuple[KnownError, ...]:
        reasons = [str(given["because"]) for rule in info.data.get("expectations", ()) for given in rule.values() if "because" in given]
        if any(error.rule and error.rule not in reasons for error in value):
            reasons += [reason for each in info.data.get("rule_sets", ()) for reason in reasons_of(each)]
        for error in value:
            if error.rule and error.rule not in reasons:
                raise ValueError(f"no rule says as its `because`: {error.rule!r}{nearest(error.rule, reasons)}")
        return value

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The expectations, parsed and checked against the tidy columns."""
        here = home_place().code
        return parse(
            [_unbound(rule) for rule in self.expectations if _binds(rule, here)],
            {**{name: column.type for name, column in self.tidy.columns.items()}, **PROVENANCE_COLUMNS},
        )

    @property
    def publisher(self) -> str:
        return self.id.split(".")[0]

    @property
    def name(self) -> str:
        return self.id.split(".")[1]

    @property
    def relied_on(self) -> tuple[str, ...]:
        """The raw columns without which nothing is landed."""
        return tuple(name for name, column in self.raw.columns.items() if not column.optional)

    def canonical(self, header: str) -> str | None:
        """Our name of the raw column that is printed under this header; None for one we do not rely on."""
        return self._by_header.get(header)

    @cached_property
    def _by_header(self) -> dict[str, str]:
        return {header: name for name, column in self.raw.columns.items() for header in column.headers}


def all_ids(folder: Path = DATASETS) -> tuple[str, ...]:
    """The ids of every declared dataset, sorted."""
    return tuple(sorted(f"{path.parent.name}.{path.stem}" for path in folder.glob("*/*.yaml")))


def verified_ids(folder: Path = DATASETS) -> tuple[str, ...]:
    """The ids of the datasets that run on their schedule: all but those of `state: unverified`, which are fetched only on demand."""
    return tuple(name for name in all_ids(folder) if not _UNVERIFIED.search(_path(name, folder).read_text(encoding="utf-8")))


def load(dataset: str, folder: Path = DATASETS) -> Dataset:
    """The declaration of a dataset. Raises `declaration.unknown_dataset` or `declaration.invalid`."""
    known = all_ids(folder)
    if dataset not in known:
        near = partial(difflib.get_close_matches, dataset, known)
        part_of = [one for one in known if dataset.casefold() in one][:4]  # such as `population`
        close = near(n=1, cutoff=0.9) or part_of or near(n=3, cutoff=0.6)
        raise EvidenceError(
            "declaration.unknown_dataset",
            found=dataset,
            expected=f"one of the {len(known)} declared datasets",
            todo=f"Did you mean {' or '.join(close)}? `evidence datasets` lists them all."
            if close
            else "Run `evidence datasets` for the list.",
        )
    return load_file(_path(dataset, folder))


def load_file(path: Path) -> Dataset:
    """The declaration in one file. Raises `declaration.invalid` with file, line and what is wrong."""
    dataset = f"{path.parent.name}.{path.stem}"
    text = home_place().fill(text_of(path, dataset))
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        if impossible := impossible_date(node):
            raise invalid(path, impossible[1], f"{impossible[0]!r} is no day of the calendar", dataset, "a date such as 2026-11-24")
        data = yaml.load(text, Loader=yaml.CSafeLoader)  # the safe loader, in C: twenty times as fast
    except yaml.YAMLError as error:
        line, said = fault_of_yaml(error, text)
        raise invalid(path, line, f"not YAML: {said}", dataset) from error
    repeated = repeated_key(node)
    if repeated:
        raise invalid(path, repeated[1], f"key {repeated[0]!r} stands twice; is it indented as it should be?", dataset)
    if not isinstance(data, dict):
        raise invalid(path, 1, "the file holds no mapping", dataset)
    try:
        declared = Dataset(id=dataset, **data)
    except ValidationError as error:
        faults = error.errors()
        # A misspelt key is unknown and leaves the right one missing: the first says more.
        first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
        raise invalid(path, line_of_fault(node, first), sentence(first, _known_keys(first["loc"], data)), dataset) from error
    try:
        _ = declared.rules
    except EvidenceError as error:
        raise invalid(path, line_of_rule(node, error), f"{error.where}: {error.found}", dataset, error.expected) from error
    return declared


def _path(dataset: str, folder: Path) -> Path:
    publisher, name = dataset.split(".")
    return folder / publisher / f"{name}.yaml"


def _binds(rule: Mapping[str, Any], here: str) -> bool:
    """Whether a rule is about any area, or about the home area. A known figure of one city says nothing of another."""
    return all(not isinstance(arguments, dict) or arguments.get("area", here) == here for arguments in rule.values())


def _unbound(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in arguments.items() if key != "area"} if isinstance(arguments, dict) else arguments
        for name, arguments in rule.items()
    }


def _known_keys(location: tuple[Any, ...], data: Mapping[str, Any]) -> list[str]:
    """The keys that could stand where an unknown one does."""
    from expectations.sources import model_of

    models: dict[str, type[BaseModel]] = {"release": Release, "read": Read, "raw": Raw, "tidy": Tidy, "retention": Retention}
    if len(location) <= 1:
        return [name for name in Dataset.model_fields if name != "id"]
    if location[0] == "source":
        source = model_of(str((data.get("source") or {}).get("kind")))
        return list(source.model_fields) if source else []
    if location[0] == "policy":
        return list(Policy.model_fields)
    if location[0] == "known_errors":
        return list(KnownError.model_fields)
    if location[:2] == ("tidy", "columns"):
        return list(TidyColumn.model_fields)
    if location[:2] == ("raw", "columns"):
        return list(RawColumn.model_fields)
    model = models.get(str(location[0]))
    return list(model.model_fields) if model else []
