"""The words of a draft, from what is printed: names by the naming rules, units, themes, licences and publishers as this project writes them.

Refuses to guess where the print says nothing: then there is no unit, no theme and no licence, and a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

KEYWORDS = frozenset(  # words that SQL keeps for itself (DuckDB: duckdb_keywords())
    """all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable desc describe
    distinct do else end except false fetch for foreign from group having in initially intersect into lambda lateral leading limit not null
    offset on only or order pivot pivot_longer pivot_wider placing primary qualify references returning select show some summarize symmetric
    table then to trailing true union unique unpivot using variadic when where window with""".split()  # noqa: SIM905
)
_SHORT = {
    "cd": "code", "nm": "name", "yr": "year", "pct": "percent", "perc": "percent", "num": "number", "qty": "quantity", "desc": "description",
    "cat": "category", "amt": "amount", "ref": "reference", "org": "organisation",
}  # fmt: skip
_TEXT_ENDINGS = ("_start", "_end", "_date")  # what they promise is a date
_COUNTED = (
    r"(^|_)(count|number|no|total|headcount|enrol(l)?ments?|pupils?|persons?|people|population|households?|enterprises|births|deaths"
    r"|visits|t)(_|$)"
)
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (unit, re.compile(pattern, re.IGNORECASE))
    for unit, pattern in (
        ("percent", r"%|percent|(^|_)(pct|perc|percentage|proportion|rate_percent)(_|$)"),
        ("pounds", r"£|(^|_)(amount|amt|gross|net|cost|spend|spending|payment|salary|earnings|gva|income|price|pounds)(_|$)"),
        ("per 100,000", r"per_100_?000"),
        ("per 1,000", r"per_(1_?000|thousand)"),
        ("count", _COUNTED),
    )
)  # fmt: skip
_THEMES: dict[str, str] = {
    "education": r"school|pupil|attendance|absence|attainment|key stage|education|exclusion|suspension|teacher|phonics|early years",
    "skills": r"apprentice|qualification|skill|training|further education",
    "employment": r"employ|claimant|occupation|job|vacanc|economic activ|unemploy",
    "earnings": r"earning|salary|pay gap|wage|hourly pay",
    "economy": r"business|enterprise|gva|gross value|industry|trade|productivity",
    "spending": r"spend|payment|transaction|supplier|invoice|contract|procure|expenditure",
    "housing": r"housing|dwelling|tenure|homeless|rent|landlord|\bhmo\b|council tax",
    "health": r"health|hospital|mortality|life expectancy|obesity|\bgp\b|disease|care home",
    "crime": r"crime|police|offence|anti.social",
    "justice": r"court|prison|probation|reoffend",
    "deprivation": r"depriv|\bimd\b|poverty|low income|universal credit",
    "diversity": r"ethnic|religio|country of birth|nationality|disab|sexual orientation",
    "language": r"language|english proficien",
    "segregation": r"segregat|dissimilar",
    "democracy": r"elect|councillor|turnout|vote",
    "community": r"librar|community|volunt|park|leisure|culture|green space",
    "population": r"population|census|resident|household|migration|births|deaths",
    "geography": r"boundar|lookup|ward|lsoa|msoa|geograph",
}
_LICENCES: tuple[tuple[str, str], ...] = (
    (r"ogl|open government licen[cs]e|uk-ogl", "OGL-UK-3.0"),
    (r"cc.?0|public domain dedication", "CC0-1.0"),
    (r"odbl|open database", "ODbL-1.0"),
    (r"cc.?by(?!.?(nc|sa|nd))|creative commons attribution(?!.(share|non|no ))", "CC-BY-4.0"),
)
_PUBLISHERS: tuple[tuple[str, str], ...] = (
    (r"nomisweb|(^|\.)ons\.gov\.uk|office for national statistics", "ons"),
    (r"education\.gov\.uk|education-statistics|get-information-schools|ea-edubase|school-performance|department for education", "dfe"),
    (r"fingertips|office for health improvement|public health england", "ohid"),
    (r"police\.uk|home office", "home_office"),
    (r"ministry of housing|levelling up", "mhclg"),
    (r"work and pensions|stat-xplore", "dwp"),
    (r"energy security", "desnz"),
    (r"culture, media", "dcms"),
    (r"birmingham", "council"),
)
_LETTERS_OF_A_WORD = 4
_MINOR = frozenset("""the of and in for by a an to from on at with data dataset datasets statistics table tables""".split())  # noqa: SIM905


def snake(header: str, taken: Collection[str] = (), number: int = 0) -> str:
    """A header as a column's name: lower_snake_case, words spelt out, unlike those that are taken. 'LAD22CD' -> 'lad22_code'."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=(?:CD|NM)\b)|(?<=[A-Z])(?=(?:CD|NM)$)", "_", _plain(header))
    words = [_SHORT.get(word, word) for word in re.findall(r"[a-z0-9]+", split.replace("'", "").lower())]
    name = "_".join(words)[:60].strip("_") or f"column_{number + 1}"
    name = name if name[0].isalpha() else f"of_{name}"
    candidate, repeat = name, 1
    while candidate in taken:
        repeat += 1
        candidate = f"{name}_{repeat}"
    return candidate


def _plain(header: str) -> str:
    """A header without its notes in brackets, and with its percent sign in words unless it says so already."""
    bare = re.sub(r"\[[^\]]*\]", " ", header) if re.sub(r"\[[^\]]*\]", "", header).strip() else header
    return bare.replace("%", " " if re.search(r"percent|pct", bare, re.IGNORECASE) else " percent ")


def named_for(name: str, kind: str) -> str:
    """The name, unless its end promises another type: a text is no date."""
    return f"{name}_printed" if kind != "DATE" and name.endswith(_TEXT_ENDINGS) else name


def unit_of(name: str, header: str, form: str | None) -> str | None:
    """The unit that a measure's header, or the way its numbers are printed, says; None where nothing does."""
    if form == "percent":
        return "percent"
    if form == "currency":
        return "pounds"
    return next((unit for unit, pattern in _UNITS if pattern.search(header) or pattern.search(name)), None)


def units_sql(units: Mapping[str, str | None]) -> str:
    """The SQL of the unit: one for all, or by measure; a unit that nothing says is left open."""
    kinds = set(units.values())
    if len(kinds) == 1:
        only = next(iter(kinds))
        return f"'{only}'" if only else "null::varchar"
    by_unit = {unit: [name for name, one in units.items() if one == unit] for unit in kinds if unit}
    cases = " ".join(f"when measure in ({', '.join(map(repr, names))}) then '{unit}'" for unit, names in sorted(by_unit.items()))
    return f"case {cases} end"


def theme_of(texts: Iterable[str]) -> str:
    """The theme that title and headers speak of most, the title first; '' where they speak of none."""
    for text in texts:
        found = {theme: len(re.findall(pattern, text, re.IGNORECASE)) for theme, pattern in _THEMES.items()}
        best = max(found, key=lambda theme: found[theme])
        if found[best]:
            return best
    return ""


def licence_of(said: str) -> str:
    """The licence that a service names, by its SPDX name; '' for none or one that is not known here."""
    return next((name for pattern, name in _LICENCES if re.search(pattern, said, re.IGNORECASE)), "")


def publisher_of(address: str, organisation: str) -> str:
    """The publisher as the first word of an id: of those we know by name, else by the site; a file of this machine is the council's."""
    host = urlsplit(address).hostname or ""
    for pattern, name in _PUBLISHERS:
        if re.search(pattern, organisation, re.IGNORECASE) or re.search(pattern, host, re.IGNORECASE):
            return name
    if host == "www.gov.uk":  # the site of all of them
        return snake(organisation) if organisation else "gov_uk"
    if not host or re.fullmatch(r"[0-9.:]+|localhost", host):
        return snake(organisation) if organisation else "council"
    labels = [label for label in host.split(".") if label not in ("www", "data", "opendata", "api", "open")]
    return snake(labels[0] if labels else host)


def name_of(title: str) -> str:
    """The second word of an id, from a title: without its dates and small words. 'Libraries of the city, 2024' -> 'libraries_city'."""
    bare = re.sub(r"\.(csv|tsv|txt|xlsx?|xlsb|ods|json|geojson|zip|gz|parquet)\b", " ", title, flags=re.IGNORECASE)
    words = [word for word in snake(bare).split("_") if not word.isdigit() and word not in _MINOR]
    undated = [word for word in words if not re.search(r"[0-9]", word)]
    telling = any(len(word) >= _LETTERS_OF_A_WORD for word in undated)  # 'LAD22_RGN22_EN_LU' is told by its years alone
    return "_".join((undated if telling else words)[:5]) or snake(bare)


def humanised(text: str) -> str:
    """A file's name or a slug as a title: 'card-spend_2024.csv' -> 'Card spend 2024'."""
    stem = re.sub(r"\.[A-Za-z]{2,7}$", "", text)
    words = " ".join(re.sub(r"[_\-.+]+", " ", stem).split())
    return words[:1].upper() + words[1:] if words else text
