"""DfE's own names: the columns of each geographic level and the words for time in EES's CSV, by the codes that its API uses instead."""

from __future__ import annotations

# Level code -> (its label in the CSV, the columns that identify a place of it, as (column, key in the metadata)). DfE's own names.
LEVELS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "NAT": ("National", (("country_code", "code"), ("country_name", "label"))),
    "REG": ("Regional", (("region_code", "code"), ("region_name", "label"))),
    "LA": ("Local authority", (("new_la_code", "code"), ("old_la_code", "oldCode"), ("la_name", "label"))),
    "LAD": ("Local authority district", (("lad_code", "code"), ("lad_name", "label"))),
    "PCON": ("Parliamentary constituency", (("pcon_code", "code"), ("pcon_name", "label"))),
    "WARD": ("Ward", (("ward_code", "code"), ("ward_name", "label"))),
    "SCH": ("School", (("school_urn", "urn"), ("school_laestab", "laEstab"), ("school_name", "label"))),
    "PROV": ("Provider", (("provider_ukprn", "ukprn"), ("provider_name", "label"))),
    "INST": ("Institution", (("institution_id", "code"), ("institution_name", "label"))),
    "MAT": ("MAT", (("trust_id", "code"), ("trust_name", "label"))),
    "SPON": ("Sponsor", (("sponsor_id", "code"), ("sponsor_name", "label"))),
    "LEP": (
        "Local enterprise partnership",
        (("local_enterprise_partnership_code", "code"), ("local_enterprise_partnership_name", "label")),
    ),
    "LSIP": ("Local skills improvement plan area", (("lsip_code", "code"), ("lsip_name", "label"))),
    "EDA": ("English devolved area", (("english_devolved_area_code", "code"), ("english_devolved_area_name", "label"))),
    "MCA": ("Mayoral combined authority", (("mayoral_combined_authority_code", "code"), ("mayoral_combined_authority_name", "label"))),
    "OA": ("Opportunity area", (("opportunity_area_code", "code"), ("opportunity_area_name", "label"))),
    "PA": ("Planning area", (("planning_area_code", "code"), ("planning_area_name", "label"))),
    "RSC": ("RSC region", (("rsc_region_lead_name", "label"),)),
    "PFA": ("Police force area", (("pfa_code", "code"), ("pfa_name", "label"))),
}
_YEARS = {"AY": "Academic year", "CY": "Calendar year", "FY": "Financial year", "TY": "Tax year"}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
# Code of the API -> `time_identifier` of the CSV.
IDENTIFIERS: dict[str, str] = {
    **_YEARS,
    "RY": "Reporting year",
    "T1": "Autumn term",
    "T2": "Spring term",
    "T3": "Summer term",
    "T1T2": "Autumn and spring term",
    "P1": "Part 1 (April to September)",
    "P2": "Part 2 (October to March)",
    **{f"W{week}": f"Week {week}" for week in range(1, 53)},
    **{f"{year}Q{quarter}": f"{name} Q{quarter}" for year, name in _YEARS.items() for quarter in range(1, 5)},
    **{f"M{number}": name for number, name in enumerate(_MONTHS, 1)},
}
