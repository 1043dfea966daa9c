"""Areas: the level and the vintage of the geography that a column names, from its codes and from its name.

The changes of district and unitary codes in England agree with the ONS lookups LAD11-LAD21-LAD23 and LAD24-LAD25, and the limits of census and ward
codes with the lookups LSOA11-LSOA21, MSOA11-MSOA21, WD17, WD21 and WD22. Not checked against a publisher's list: the counties (E10), Scotland, the
other names of places, and where the 2001 codes of small areas end.
Refuses to give a vintage that the codes do not show: a set of codes that has not changed in years fits all those years, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

GSS = r"[EWSNKJLM]\d{8}"
_LEVELS = {
    "E00": "OA", "W00": "OA", "S00": "OA", "E01": "LSOA", "W01": "LSOA", "S01": "LSOA", "E02": "MSOA", "W02": "MSOA", "S02": "MSOA",
    "E05": "ward", "W05": "ward", "S13": "ward", "N08": "ward", "E06": "LAD", "E07": "LAD", "E08": "LAD", "E09": "LAD", "W06": "LAD",
    "S12": "LAD", "N09": "LAD", "E10": "county", "E11": "county", "E12": "region", "E13": "region", "E92": "country", "W92": "country",
    "S92": "country", "N92": "country", "K02": "country", "K03": "country", "K04": "country", "E47": "combined authority",
    "E14": "constituency", "W07": "constituency", "S14": "constituency", "N06": "constituency", "N05": "constituency",
    "E54": "integrated care board", "E38": "CCG", "E23": "police force",
    "E37": "enterprise partnership", "W92000004": "country", "E30": "travel to work area", "N00": "data zone", "N20": "data zone", "N21": "data zone",
}  # fmt: skip
_HEADER = re.compile(
    r"^(OA|LSOA|MSOA|WD|LAD|LTLA|UTLA|RGN|CTRY|CTY|CAUTH|CAUTHCD|PCON|BUA|CCG|ICB|NHSER|CED|PAR|PFA|CMWD|SICBL|LOC|TTWA)(\d\d)(CD|NM|NMW)$",
    re.IGNORECASE,
)
_HEADER_LEVEL = {
    "WD": "ward",
    "LTLA": "LAD",
    "UTLA": "upper-tier LA",
    "RGN": "region",
    "CTRY": "country",
    "CTY": "county",
    "CAUTH": "combined authority",
}
_YEAR_IN_HEADER = re.compile(r"\b((?:19|20)\d\d)\b")

# (year, old codes, new codes): codes of local authorities that gave way to others; a place that only changed its code has one of each.
LAD_CHANGES: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = (
    (2012, ("E07000100",), ("E07000240",)), (2012, ("E07000104",), ("E07000241",)),
    (2013, ("E06000048",), ("E06000057",)), (2013, ("E08000020",), ("E08000037",)),
    (2013, ("E07000097",), ("E07000242",)), (2013, ("E07000101",), ("E07000243",)),
    (2019, ("E06000028", "E06000029", "E07000048"), ("E06000058",)),
    (2019, ("E07000049", "E07000050", "E07000051", "E07000052", "E07000053", "E10000009"), ("E06000059",)),
    (2019, ("E07000205", "E07000206"), ("E07000244",)), (2019, ("E07000201", "E07000204"), ("E07000245",)),
    (2019, ("E07000190", "E07000191"), ("E07000246",)),
    (2020, ("E07000004", "E07000005", "E07000006", "E07000007", "E10000002"), ("E06000060",)),
    (2021, ("E07000150", "E07000152", "E07000153", "E07000156"), ("E06000061",)),
    (2021, ("E07000151", "E07000154", "E07000155"), ("E06000062",)), (2021, ("E10000021",), ("E06000061", "E06000062")),
    (2023, ("E07000026", "E07000028", "E07000029"), ("E06000063",)), (2023, ("E07000027", "E07000030", "E07000031"), ("E06000064",)),
    (2023, ("E10000006",), ("E06000063", "E06000064")),
    (2023, ("E07000163", "E07000164", "E07000165", "E07000166", "E07000167", "E07000168", "E07000169", "E10000023"), ("E06000065",)),
    (2023, ("E07000187", "E07000188", "E07000189", "E07000246", "E10000027"), ("E06000066",)),
    (2018, ("S12000015",), ("S12000047",)), (2018, ("S12000024",), ("S12000048",)),
    (2019, ("S12000046",), ("S12000049",)), (2019, ("S12000044",), ("S12000050",)),
    (2025, ("E08000016",), ("E08000038",)), (2025, ("E08000019",), ("E08000039",)),
)  # fmt: skip
# Codes are given out in order: the first number that only a vintage has. (prefix, first new code, vintage)
_BANDS: dict[str, tuple[tuple[str, str], ...]] = {
    "E01": (("E01000001", "2001"), ("E01032483", "2011"), ("E01033769", "2021")),
    "W01": (("W01000001", "2001"), ("W01001897", "2011"), ("W01001959", "2021")),
    "E02": (("E02000001", "2001"), ("E02006794", "2011"), ("E02006935", "2021")),
    # Wards are renumbered council by council: the newest code says by when it was given out, never how long it stays in force.
    "E05": (
        ("E05000001", "given out by 2017"),
        ("E05011094", "given out from 2018 to 2021"),
        ("E05013864", "given out in 2022"),
        ("E05014394", "given out after 2022"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Vintage:
    """The vintage of a set of codes, in words, and the code changes that show it."""

    words: str
    earliest: int  # the set cannot be older than this
    latest: int  # nor newer; 9999 where nothing bounds it
    mixed: bool = False  # codes of before and after one change stand side by side


def level_of(code: str) -> str | None:
    """The level that a GSS code belongs to, by its prefix."""
    return _LEVELS.get(code[:3])


def header_vintage(header: str) -> tuple[str, str] | None:
    """(level, vintage) that a column name states: `WD19CD` is ('ward', '2019'); `LSOA code (2011)` is ('LSOA', '2011')."""
    found = _HEADER.match(header.strip())
    if found:
        stem, year = found.group(1).upper(), int(found.group(2))
        return _HEADER_LEVEL.get(stem, stem), str(2000 + year if year < 60 else 1900 + year)
    year_found = _YEAR_IN_HEADER.search(header)
    if year_found:
        for words, level in (
            ("lsoa", "LSOA"),
            ("msoa", "MSOA"),
            ("output area", "OA"),
            ("ward", "ward"),
            ("local authority", "LAD"),
            ("region", "region"),
        ):
            if words in header.lower() and re.search(r"code|name|\bcd\b|\bnm\b", header, re.IGNORECASE):
                return level, year_found.group(1)
    return None


def codes_vintage(level: str, codes: Collection[str]) -> Vintage | None:
    """The vintage that a set of codes fits; None where the codes of this level show none."""
    if level in ("LAD", "county"):
        return _by_changes(frozenset(codes))
    prefixes = {code[:3] for code in codes} & set(_BANDS)
    if level in ("LSOA", "MSOA", "ward") and prefixes:
        newest = max((_band(prefix, codes) for prefix in sorted(prefixes)), key=lambda band: band[0])
        years = [int(year) for year in re.findall(r"\d{4}", newest[1])]
        return Vintage(newest[1], years[0], years[-1])
    return None


def split_or_merge(code: str) -> tuple[int, tuple[str, ...]] | None:
    """(year, new codes) when the register says that a code was given up."""
    return next(((year, new) for year, old, new in LAD_CHANGES if code in old), None)


def common_level(codes: Iterable[str]) -> str | None:
    """The level that most of the codes belong to."""
    counts: dict[str, int] = {}
    for code in codes:
        level = level_of(code)
        if level:
            counts[level] = counts.get(level, 0) + 1
    return max(counts, key=lambda level: counts[level]) if counts else None


def _by_changes(codes: frozenset[str]) -> Vintage | None:
    earliest, latest = 0, 9999
    for year, old, new in LAD_CHANGES:
        # One code of a split county's successors can be old elsewhere (a county file holds E10 and no E07): any one code tells.
        if codes & set(new):
            earliest = max(earliest, year)
        if codes & set(old):
            latest = min(latest, year - 1)
    if earliest == 0 and latest == 9999:
        return None
    if earliest > latest:
        return Vintage(f"a mixture of codes from before {latest + 1} and from {earliest} on", earliest, latest, mixed=True)
    if latest == 9999:
        return Vintage(f"{earliest} or later", earliest, latest)
    between = str(earliest) if earliest == latest else f"{earliest} to {latest}"
    return Vintage(between if earliest else f"{latest} or earlier", earliest, latest)


def _band(prefix: str, codes: Collection[str]) -> tuple[int, str]:
    newest = max((code for code in codes if code.startswith(prefix)), default="")
    bands = _BANDS[prefix]
    place = max((index for index, (first, _) in enumerate(bands) if newest >= first), default=0)
    return place, bands[place][1]
