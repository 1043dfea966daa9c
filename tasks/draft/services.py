"""What an address of a service of statistics does not say: names as printed, dimensions, kinds of area; asked of the service itself.

Refuses to guess at what a person has to choose: a query without areas is completed for the home area's own kind, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from expectations.errors import EvidenceError
from expectations.place import home_place
from expectations.sources import Common
from expectations.sources.address import TO_BE_FOUND, plain_name
from expectations.sources.ees import Ees
from expectations.sources.ees_files import EesFiles
from expectations.sources.explore_local_statistics import ExploreLocalStatistics
from expectations.sources.fingertips import Fingertips
from expectations.sources.nomis import NO_TABLE, Nomis, NomisAreas
from expectations.sources.ons_api import OnsApi
from expectations.sources.ons_website import OnsFile, OnsWebsite
from expectations.sources.police import ANY_FORCE, Police
from tasks.draft.about import OPEN_GOVERNMENT, About, file_of, inside, one_of, said, whatever_numbers
from tasks.draft.words import humanised
from tasks.fetch import SERVICES
from tasks.fetch.http import Http
from tasks.fetch.parts import document

if TYPE_CHECKING:
    from tasks.fetch.nomis_codes import Code, Metadata

ONS, DFE = "Office for National Statistics", "Department for Education"
MOST_CELLS = 250_000  # of a first draft; of a larger table only the home area is asked for
_DISTRICTS = re.compile(r"local authorities: (district|districts)\b", re.IGNORECASE)


# -- Nomis ---------------------------------------------------------------------------------------------------------------------------


def _nomis(source: Nomis, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.nomis_codes import Metadata, codes, describe

    metadata = Metadata(source.url, http)
    dataset = str(source.dataset) if source.dataset != NO_TABLE else _nomis_id(str(source.expect_name), metadata)
    table = describe(metadata, dataset)
    asked = [code for areas in source.geography or [] for code in areas.codes]
    notes: tuple[str, ...] = ()
    if asked == [TO_BE_FOUND]:
        geography, notes = _nomis_areas(metadata, dataset, table.concepts)
    else:
        bare = [code for code in asked if "TYPE" not in code.upper()]
        geography = [NomisAreas(codes=bare)] if bare else []
        if len(bare) < len(asked):
            kinds = {each.value.upper().removeprefix("TYPE"): each.name for each in codes(metadata, dataset, "geography/TYPE")}
            parted = [code.upper().partition("TYPE") for code in asked if code not in bare]
            geography += [NomisAreas(type=kinds.get(number, number), within=within or None) for within, _, number in parted]
    given = {name.upper(): _category_codes(value) for name, value in (source.dimensions or {}).items()}
    dimensions = {concept: given.get(concept, "all") for concept in table.concepts}
    update = {"dataset": dataset, "expect_name": table.name, "geography": geography, "dimensions": dimensions}
    name = table.name if table.name[:1].isupper() else table.name.capitalize()
    return source.model_copy(update=update), About(name, "", ONS, OPEN_GOVERNMENT, notes=notes)


def _nomis_id(short_name: str, metadata: Metadata) -> str:
    """The id of the table that a page's address calls 'c2021ts030' or 'apsnew': Nomis takes short names, and finds tables by what they are called."""
    from tasks.fetch.nomis_codes import many, text

    coded = re.search(r"(?:ts|rm|qs|ks|dc|lc|st|pp)[0-9]+[a-z]*", short_name.lower())
    asked = [f"{short_name.upper()}.def.sdmx.json", *([f"def.sdmx.json?search=*{coded.group()}*"] if coded else [])]
    for path in asked:
        try:
            families = many(inside(inside(metadata.document(path), "structure"), "keyfamilies").get("keyfamily"))
        except EvidenceError as error:
            if error.code in ("fetch.gone", "fetch.protocol", "fetch.not_data", "fetch.empty"):
                continue
            raise
        fitting = [each for each in families if not coded or text(each.get("name")).lower().startswith(coded.group())] or families
        ids = sorted({text(each.get("id")) for each in fitting if re.fullmatch(r"NM_[0-9]+_1", text(each.get("id")))})
        if len(ids) == 1:
            return ids[0]
    raise EvidenceError(
        "draft.incomplete",
        where=f"https://www.nomisweb.co.uk/datasets/{short_name}",
        expected="a page whose table Nomis finds by its short name",
        found=f"no table, or several, that are called {short_name!r}",
        todo="On the page choose `Query data`, the areas and categories, then at its end `Nomis API`, and copy the address of the data.",
    )


def _nomis_areas(metadata: Metadata, dataset: str, concepts: Sequence[str]) -> tuple[list[NomisAreas], tuple[str, ...]]:
    """Every district of the newest kind that the table has; where that would be too many figures, the home area alone."""
    from tasks.fetch.nomis_codes import codes

    home = home_place()
    kinds = [kind for kind in codes(metadata, dataset, "geography/TYPE") if _DISTRICTS.search(kind.name)]
    for kind in sorted(kinds, key=_year_of, reverse=True):
        number = kind.value.upper().removeprefix("TYPE")
        areas = codes(metadata, dataset, f"geography/TYPE{number}")
        if not any(area.area == home.code for area in areas):
            continue
        cells = len(areas) * prod(max(len(codes(metadata, dataset, concept.lower())), 1) for concept in concepts)
        if cells <= MOST_CELLS:
            return [NomisAreas(type=kind.name)], (f"the address names no areas: every area of the kind {kind.name!r} was taken",)
        said_so = f"the address names no areas, and all would be {cells:,} figures: {home.code} alone was taken, of the kind {kind.name!r}"
        return [NomisAreas(type=kind.name, codes=[home.code])], (said_so,)
    raise EvidenceError(
        "draft.incomplete",
        where=dataset,
        expected="an address with `geography=`",
        found=f"none, and no districts that hold {home.code}",
        todo="On nomisweb.co.uk choose the areas and categories, then copy the address of `Nomis API` at the end of the query.",
    )


def _year_of(kind: Code) -> tuple[str, str]:
    """The last year in a kind's description, so that the newest boundaries come first."""
    return max(re.findall(r"(?:19|20)[0-9]{2}", kind.name), default=""), kind.name


def _category_codes(value: Any) -> Any:
    """Codes as the API prints them: '1', '3...5' -> 1, 3, 4, 5."""
    numbers: list[str | int] = []
    for each in value if isinstance(value, list) else [value]:
        first, dots, last = str(each).partition("...")
        if first.isdigit() and (last.isdigit() or not dots):
            numbers += range(int(first), int(last or first) + 1)
        else:
            numbers.append(str(each))
    return numbers


# -- Office for National Statistics --------------------------------------------------------------------------------------------------


def _ons_api(source: OnsApi, part: str, http: Http) -> tuple[Common, About]:
    if source.dataset is None:
        return source, About("Census table made to measure", "", ONS, OPEN_GOVERNMENT)
    answer = document(http, f"{source.url}/datasets/{source.dataset}", "dataset")
    return source, About(said(answer, "title"), said(answer, "description"), ONS, OPEN_GOVERNMENT)


def _ons_website(source: OnsWebsite, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ons_website_page import editions

    found, _ = editions(source, http)
    title = _title_of_page(source, http)
    if source.files[0].match != TO_BE_FOUND:
        return source, About(title, "", ONS, OPEN_GOVERNMENT, left=part)
    chosen, left = file_of([listed.name for listed in found[-1].files], part, source.page)
    file = OnsFile(name=plain_name(re.sub(r"[0-9]+", "", chosen)), match=f"^{whatever_numbers(chosen)}$")
    return source.model_copy(update={"files": [file]}), About(title, "", ONS, OPEN_GOVERNMENT, left=left)


def _title_of_page(source: OnsWebsite, http: Http) -> str:
    """The title that the page prints; that of its address where the page says nothing as JSON."""
    try:
        told = document(http, f"{source.url.rstrip('/')}{source.page}/data", "page")
    except EvidenceError:
        told = {}
    return said(inside(told, "description"), "title") or humanised(source.page.rpartition("/")[2])


def _local_statistics(source: ExploreLocalStatistics, part: str, http: Http) -> tuple[Common, About]:
    return source, About(humanised(" and ".join(source.indicators[:2])), "", ONS, OPEN_GOVERNMENT)


# -- Department for Education --------------------------------------------------------------------------------------------------------


def _ees(source: Ees, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ees_api import one

    if source.data_set:
        answer = one(http, f"{SERVICES['ees']}/data-sets/{source.data_set}", "data-set")
        return source, About(said(answer, "title"), said(answer, "summary"), DFE, OPEN_GOVERNMENT)
    answer = one(http, f"{SERVICES['ees_content']}/data-set-files/{source.catalogue}", "data-set-file")
    api, publication = inside(answer, "api"), inside(inside(answer, "release"), "publication")
    if said(api, "id"):  # the id in the API stays, that of the file is another one with each release
        source = source.model_copy(update={"catalogue": None, "data_set": said(api, "id")})
    elif said(publication, "title"):
        source = source.model_copy(update={"catalogue": said(answer, "title"), "publication": said(publication, "title")})
    return source, About(said(answer, "title"), said(answer, "summary"), DFE, OPEN_GOVERNMENT)


def _ees_files(source: EesFiles, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.ees_files_release import release_of

    release = release_of(source.publication, source.release, http)
    title = one_of([file.title for file in release.files], part, f"{source.publication} {release.slug}")
    return source.model_copy(update={"files": [title]}), About(title, "", DFE, OPEN_GOVERNMENT)


# -- health and crime ----------------------------------------------------------------------------------------------------------------


def _fingertips(source: Fingertips, part: str, http: Http) -> tuple[Common, About]:
    from tasks.fetch.fingertips import area_types_of, listed_indicators

    listed = {indicator.id: indicator.name for indicator in listed_indicators(source, http)}
    missing = [number for number in source.indicators.values() if number not in listed]
    if missing:
        raise EvidenceError("fetch.no_match", where=source.url, expected=f"indicator {', '.join(missing)}", found="none of that number")
    kinds = area_types_of(source, next(iter(source.indicators.values())), http)
    if not kinds:
        raise EvidenceError(
            "fetch.empty", where=source.url, expected=f"rows for areas of the kind {source.area_type}", found="a header alone",
            todo="Choose another kind of area (`Area type`) on the page, and copy its address again.",
        )  # fmt: skip
    kind = next((each for each in kinds if each not in ("England", "Region") and not each.startswith("Regions")), kinds[-1])
    named = {f"indicator_{number}": listed[number] for number in source.indicators.values()}
    source = source.model_copy(update={"indicators": named, "expect_area_type": kind})
    return source, About(next(iter(named.values())), "", "Office for Health Improvement and Disparities", OPEN_GOVERNMENT)


def _police(source: Police, part: str, http: Http) -> tuple[Common, About]:
    about = About("Street-level crime", "", "Home Office", OPEN_GOVERNMENT)
    if source.forces != [ANY_FORCE]:
        return source, about
    answer = document(http, f"{source.url}/api/forces", "forces")
    forces = [said(each, "id") for each in answer if isinstance(each, Mapping)] if isinstance(answer, list) else []
    return source.model_copy(update={"forces": [one_of([force for force in forces if force], part, f"{source.url}/api/forces")]}), about


_Known = Callable[[Any, str, Http], tuple[Common, About]]
KNOWN: dict[type[Common], _Known] = {
    Nomis: _nomis,
    OnsApi: _ons_api,
    OnsWebsite: _ons_website,
    ExploreLocalStatistics: _local_statistics,
    Ees: _ees,
    EesFiles: _ees_files,
    Fingertips: _fingertips,
    Police: _police,
}
