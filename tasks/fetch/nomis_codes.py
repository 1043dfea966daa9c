"""What Nomis says of its datasets: names, releases, dimensions and their codes, read at run time.

Declarations name categories and kinds of area as people read them; this finds the numbers. Nomis drops a code that it does not know without
a word, and its numbers for kinds of area change with every boundary review, so no number is taken on trust.
Forms of answer: https://www.nomisweb.co.uk/api/v01/help (SDMX 2.0 in JSON; where there is one item it may stand without its list).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from expectations.errors import EvidenceError
from expectations.sources import NomisAreas, NomisMatching, NomisQuery
from tasks.fetch.choose import by_name, folded, only
from tasks.fetch.http import Http
from tasks.fetch.parts import document

MOST_OF_A_LIST = 1_500  # characters of codes in one parameter
_NOMIS_ID = re.compile(r"^\d+$")
_IMPLICIT = frozenset(["GEOGRAPHY", "TIME", "DATE", "MEASURES"])  # asked for by arguments of their own


@dataclass(frozen=True)
class Code:
    """One code of a dimension. `area` is the GSS code where the dimension is geography."""

    value: str
    name: str
    area: str = ""


@dataclass(frozen=True)
class Table:
    """A dataset as Nomis describes it: its name and the concepts of its own dimensions, as printed."""

    name: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A query with every name resolved: the parameters, and what must be seen in the answer for it to be whole."""

    parameters: Mapping[str, str]
    required: Mapping[str, frozenset[str]] = field(default_factory=dict)  # column -> codes without which the answer is wrong
    hoped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column -> code -> name: worth a warning when absent


class Metadata:
    """What one fetch has asked of Nomis's metadata under `base`: each address once, unless asked afresh."""

    def __init__(self, base: str, http: Http) -> None:
        self.base = base.rstrip("/")
        self._http = http
        self._known: dict[str, Mapping[str, Any]] = {}

    def document(self, path: str, fresh: bool = False) -> Mapping[str, Any]:
        """The JSON object under `/dataset/<path>`. Raises fetch.protocol for an error in an answer with status 200."""
        if fresh or path not in self._known:
            url = f"{self.base}/dataset/{path}"
            answer = document(self._http, url, path.replace("/", "-"))
            if not isinstance(answer, Mapping):
                raise EvidenceError("fetch.protocol", where=url, expected="a JSON object", found=f"a JSON {type(answer).__name__}")
            if "error" in answer:
                said = f"an error in an answer with status 200: {text(answer['error'])[:300]}"
                raise EvidenceError("fetch.protocol", where=url, expected="metadata", found=said)
            self._known[path] = answer
        return self._known[path]


def plan(metadata: Metadata, query: NomisQuery) -> Plan:
    """Resolve a query's names. Raises fetch.no_match or fetch.ambiguous where the dataset is not the one that was meant."""
    table = describe(metadata, query.dataset)
    if folded(table.name) != folded(query.expect_name):
        raise EvidenceError(
            "fetch.no_match", where=query.dataset, expected=f"the table {query.expect_name!r}", found=f"the table {table.name!r}"
        )
    _check_concepts(query, table)
    resolver = _Resolver(metadata, query.dataset)
    for areas in query.geography:
        resolver.add_areas(areas)
    for concept, wanted in query.dimensions.items():
        resolver.add_dimension(concept, wanted)
    resolver.add_dimension("measures", query.measures)
    resolver.add_time(query)
    return resolver.plan()


def release(metadata: Metadata, dataset: str, fresh: bool = False) -> str:
    """When Nomis last changed this dataset, as it prints it, and which revision this is; '' where it does not say."""
    answer = metadata.document(f"{dataset}.overview.json", fresh)
    overview = answer.get("overview")
    if not isinstance(overview, Mapping):
        raise EvidenceError(
            "fetch.protocol",
            where=f"{dataset}.overview.json",
            expected="an object 'overview'",
            found=", ".join(answer) or "an empty object",
        )
    dates = [f"{word} {text(overview[word])}" for word in ("lastupdated", "lastrevised") if text(overview.get(word))]
    versions = [text(revision.get("version")) for revision in revisions(overview) if text(revision.get("status")) == "current"]
    return "; ".join(dates + [f"version {version}" for version in versions if version])


def describe(metadata: Metadata, dataset: str) -> Table:
    """The dataset's name and dimensions. Raises fetch.no_match where Nomis has no such dataset."""
    structure = _structure(metadata.document(f"{dataset}.def.sdmx.json"))
    families = many(_inside(structure, "keyfamilies").get("keyfamily"))
    if not families:
        raise EvidenceError("fetch.no_match", where=f"{metadata.base}/dataset/{dataset}", expected="one dataset of this id", found="none")
    family = only(families, dataset, [text(each.get("id")) for each in families], f"{metadata.base}/dataset/def.sdmx.json")
    dimensions = many(_inside(family, "components").get("dimension"))
    concepts = [text(each.get("conceptref")).upper() for each in dimensions if text(each.get("isfrequencydimension")).lower() != "true"]
    return Table(text(family.get("name")), tuple(concept for concept in concepts if concept not in _IMPLICIT))


def codes(metadata: Metadata, dataset: str, path: str) -> tuple[Code, ...]:
    """The codes under `/dataset/{id}/{path}.def.sdmx.json`, in Nomis's own order."""
    structure = _structure(metadata.document(f"{dataset}/{path}.def.sdmx.json"))
    lists = many(_inside(structure, "codelists").get("codelist"))
    return tuple(
        Code(text(code.get("value")), text(code.get("description")), _annotation(code, "GeogCode"))
        for each in lists
        for code in many(each.get("code"))
    )


def many(value: Any) -> list[Mapping[str, Any]]:
    """What Nomis prints as a list, or as the one item itself, or as null."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping)]


def text(value: Any) -> str:
    """A text, a number, or the `value` of an object that wraps one; '' for nothing."""
    if isinstance(value, Mapping):
        value = value.get("value")
    return "" if value is None else str(value).strip()


class _Resolver:
    """Collects parameters and what the answer must hold, one argument at a time."""

    def __init__(self, metadata: Metadata, dataset: str) -> None:
        self._metadata = metadata
        self._dataset = dataset
        self._geography: list[str] = []
        self._parameters: dict[str, str] = {}
        self._required: dict[str, set[str]] = {}
        self._hoped: dict[str, dict[str, str]] = {}

    def add_areas(self, areas: NomisAreas) -> None:
        if areas.type is None:
            for code in areas.codes:
                self._geography.append(code)
                self._require("GEOGRAPHY" if _NOMIS_ID.match(code) else "GEOGRAPHY_CODE", code)
            return
        kind = self._type(areas.type)
        selector = f"{self._parent(areas)}{kind}" if areas.within else kind
        if not areas.codes:
            self._geography.append(selector)
            if areas.within:  # a list short enough to be held against the answer
                self._hoped.setdefault("GEOGRAPHY", {}).update({code.value: code.name for code in self._areas(selector)})
            return
        listed = self._areas(selector)
        for wanted in areas.codes:
            found = self._area(wanted, listed, areas.type)
            self._geography.append(found.value)
            self._require("GEOGRAPHY", found.value)

    def add_dimension(self, concept: str, wanted: str | Sequence[str | int] | NomisMatching) -> None:
        listed = codes(self._metadata, self._dataset, concept.lower())
        where = f"{self._dataset}, dimension {concept}"
        if not listed:
            raise EvidenceError("fetch.no_match", where=where, expected="a list of codes", found="none")
        column = concept.upper()
        if wanted == "all":
            every = ",".join(code.value for code in listed)
            if len(every) <= MOST_OF_A_LIST:  # a longer one does not fit into an address; without the parameter Nomis gives every category
                self._parameters[concept.lower()] = every
            self._hoped[column] = {code.value: code.name for code in listed}
            return
        chosen = (
            _matching(wanted, listed, where) if isinstance(wanted, NomisMatching) else [_category(each, listed, where) for each in wanted]
        )
        self._parameters[concept.lower()] = ",".join(code.value for code in chosen)
        self._require(column, *(code.value for code in chosen))

    def add_time(self, query: NomisQuery) -> None:
        if query.time is not None:
            self._parameters["time"] = query.time
            return
        dates = [str(date) for date in query.date]
        self._parameters["date"] = ",".join(dates)
        points = [date for date in dates if re.fullmatch(r"\d{4}(-\d{2})?", date)]
        if points:
            self._require("DATE", *points)

    def plan(self) -> Plan:
        parameters = {"geography": ",".join(self._geography), **self._parameters}
        return Plan(parameters, {column: frozenset(values) for column, values in self._required.items()}, self._hoped)

    def _require(self, column: str, *values: str) -> None:
        self._required.setdefault(column, set()).update(values)

    def _type(self, description: str) -> str:
        found = by_name(description, self._areas("TYPE"), lambda code: code.name, f"{self._dataset}, kinds of area")
        return found.value if found.value.upper().startswith("TYPE") else f"TYPE{found.value}"

    def _parent(self, areas: NomisAreas) -> str:
        assert areas.within is not None
        if _NOMIS_ID.match(areas.within):
            return areas.within
        assert areas.within_type is not None  # the declaration is refused without it
        return self._area(areas.within, self._areas(self._type(areas.within_type)), areas.within_type).value

    def _areas(self, selector: str) -> tuple[Code, ...]:
        return codes(self._metadata, self._dataset, f"geography/{selector}")

    def _area(self, wanted: str, listed: Sequence[Code], kind: str) -> Code:
        found = [code for code in listed if wanted in (code.area, code.value)]
        return only(found, wanted, [code.area or code.value for code in listed], f"{self._dataset}, {kind}")


def _check_concepts(query: NomisQuery, table: Table) -> None:
    declared = {concept.upper() for concept in query.dimensions}
    if unknown := sorted(declared - set(table.concepts)):
        raise EvidenceError(
            "fetch.no_match",
            where=query.dataset,
            expected=f"dimension {', '.join(unknown)}",
            found=f"dimensions {', '.join(table.concepts) or 'none'}",
        )
    if silent := sorted(set(table.concepts) - declared):
        # Nomis would return every category of it beside its totals, and every figure would stand more than once.
        raise EvidenceError(
            "fetch.no_match",
            where=query.dataset,
            expected="every dimension of the table in the declaration (`all` for every category)",
            found=f"the table also has {', '.join(silent)}",
        )


def _category(wanted: str | int, listed: Sequence[Code], where: str) -> Code:
    if isinstance(wanted, int):
        return only([code for code in listed if code.value == str(wanted)], str(wanted), [code.value for code in listed], where)
    return by_name(wanted, listed, lambda code: code.name, where)


def _matching(wanted: NomisMatching, listed: Sequence[Code], where: str) -> list[Code]:
    found = [code for code in listed if re.search(wanted.matching, code.name)]
    if len(found) != wanted.count:
        raise EvidenceError(
            "fetch.no_match" if len(found) < wanted.count else "fetch.ambiguous",
            where=where,
            expected=f"{wanted.count} categories that fit {wanted.matching!r}",
            found=f"{len(found)} of {len(listed)}: " + ", ".join(repr(code.name) for code in found[:8]),
        )
    return found


def _structure(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    structure = answer.get("structure")
    if not isinstance(structure, Mapping):
        raise EvidenceError(
            "fetch.protocol", where="Nomis metadata", expected="an object 'structure'", found=", ".join(answer) or "an empty object"
        )
    return structure


def _inside(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = holder.get(name)
    return inner if isinstance(inner, Mapping) else {}


def revisions(overview: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The revisions stand under the dataset's time dimension in some answers and under the dataset in others."""
    holders = [overview, *many(_inside(overview, "dimensions").get("dimension"))]
    return [revision for holder in holders for revision in many(_inside(holder, "revisions").get("revision"))]


def _annotation(code: Mapping[str, Any], title: str) -> str:
    notes = many(_inside(code, "annotations").get("annotation"))
    return next((text(note.get("annotationtext")) for note in notes if text(note.get("annotationtitle")) == title), "")
