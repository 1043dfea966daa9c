"""Pairs of publishers' files, and single ones, by which the detector is measured and on which it was not tuned.

What must be told of a pair was written down before the detector was shown it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeldOut:
    """Two real files, the kinds that must be told (`a|b` is one or the other) and the verdicts that are right."""

    before: str
    after: str
    kinds: str
    verdicts: str


_ELS, _VINTAGES, _TABLES, _GEO = "ons/els_data", "dfe/ees_csv_vintages", "dfe/performance_tables", "ons/geoportal"
_WIDE = "ons/ons_web/els_raw/employment-rate_20240222_f1ad1840_wide.csv"
_RATE = f"{_ELS}/history/employment-rate_2024-04-16_b610cbe6.csv"
_LEEDS = "council/spend_leeds"
PAIRS: tuple[HeldOut, ...] = (
    HeldOut(
        f"{_ELS}/history/claimant-count_2024-12-16_bdb8a544.csv",
        f"{_ELS}/current/claimant-count.csv",
        "column_renamed column_removed",
        "breaking",
    ),
    HeldOut(_WIDE, _RATE, "period_removed period_added", "warning"),
    HeldOut(_RATE, f"{_ELS}/current/employment-rate.csv", "column_removed column_added", "breaking"),
    HeldOut(
        f"{_VINTAGES}/attendance_EES_weekly_data__2022-09-30.csv",
        f"{_VINTAGES}/attendance_EES_weekly_data__2023-09-28.csv",
        "column_removed area_recoded",
        "breaking",
    ),
    HeldOut(
        f"{_VINTAGES}/attendance_EES_weekly_data__2023-09-28.csv",
        f"{_VINTAGES}/attendance_EES_weekly_data__2024-09-26.csv",
        "column_removed column_added",
        "breaking",
    ),
    HeldOut(
        f"{_VINTAGES}/attendance_EES_ytd_data__2023-09-28.csv",
        f"{_VINTAGES}/attendance_EES_ytd_data__2024-01-25.csv",
        "column_added",
        "warning",
    ),
    HeldOut(
        f"{_VINTAGES}/attendance_EES_ytd_data__2024-01-25.csv",
        f"{_VINTAGES}/attendance_EES_ytd_data__2025-01-23.csv",
        "column_removed column_added",
        "breaking",
    ),
    HeldOut(f"{_VINTAGES}/cla_ks2_la__2024-03.csv", f"{_VINTAGES}/cla_ks2_la__2024-04.csv", "period_added category_added", "warning"),
    HeldOut(f"{_VINTAGES}/cla_ks2_la__2024-04.csv", f"{_VINTAGES}/cla_ks2_la__2026-04.csv", "area_recoded", "breaking"),
    HeldOut(f"{_VINTAGES}/cla_ks4_la__2024-03.csv", f"{_VINTAGES}/cla_ks4_la__2024-04.csv", "period_added category_added", "warning"),
    HeldOut(
        f"{_TABLES}/ks2__2016-2017__la_and_region_codes_meta.csv",
        f"{_TABLES}/ks2__2018-2019__la_and_region_codes_meta.csv",
        "area_recoded|area_missing|category_removed|geography_vintage_changed",
        "warning breaking",
    ),
    HeldOut(
        f"{_TABLES}/ks2__2018-2019__la_and_region_codes_meta.csv",
        f"{_TABLES}/england__la_and_region_codes_meta.csv",
        "area_recoded|area_missing|category_removed|geography_vintage_changed",
        "warning breaking",
    ),
    HeldOut(f"{_TABLES}/ks2__2016-2017__ks2_meta.csv", f"{_TABLES}/ks2__2017-2018__ks2_meta.csv", "column_renamed rows_rose", "breaking"),
    HeldOut(f"{_TABLES}/ks2__2017-2018__ks2_meta.csv", f"{_TABLES}/ks2__2018-2019__ks2_meta.csv", "rows_fell", "warning"),
    HeldOut(f"{_TABLES}/2016-850-ks2.csv", f"{_TABLES}/2018-850-ks2.csv", "column_removed|column_renamed column_added", "breaking"),
    HeldOut(
        "dfe/gias/edubasealldata20230421-establishment-types.csv",
        "dfe/gias/edubasealldata20240717-establishment-types.csv",
        "rows_rose",
        "info warning",
    ),
    HeldOut(
        "dfe/gias/edubasealldata20240717-establishment-types.csv",
        "dfe/gias/edubasealldata20250422-establishment-types.csv",
        "column_added rows_rose",
        "warning breaking",
    ),
    HeldOut("dfe/gias/2021_giaslinks.csv", "dfe/gias/links_edubasealldata20230421.csv", "rows_rose", "info warning"),
    HeldOut(
        "dfe/neet/NEETNK_LA__2022-10-25.csv", "dfe/neet/NEETNK_LA__2025-07-17.csv", "test_rows column_removed area_recoded", "breaking"
    ),
    HeldOut(f"{_GEO}/LAD22_CAUTH22_EN_LU.csv", f"{_GEO}/LAD24_CAUTH24_EN_LU.csv", "geography_vintage_changed column_renamed", "breaking"),
    HeldOut(f"{_GEO}/LAD24_CAUTH24_EN_LU.csv", f"{_GEO}/LAD25_CAUTH25_EN_LU.csv", "geography_vintage_changed column_renamed", "breaking"),
    HeldOut(
        f"{_GEO}/birmingham_lsoa11_dc55fc0.geojson", f"{_GEO}/birmingham_lsoa21_e20a072.geojson", "geography_vintage_changed", "breaking"
    ),
    HeldOut(
        f"{_GEO}/birmingham_msoa11_2020_dc55fc0.geojson",
        f"{_GEO}/birmingham_msoa21_e20a072.geojson",
        "geography_vintage_changed",
        "breaking",
    ),
    HeldOut(
        f"{_GEO}/birmingham_wards_2022vintage_CRS84_d23350e.geojson",
        f"{_GEO}/birmingham_wards_2022vintage_EPSG27700_6fe4632.geojson",
        "crs_changed",
        "breaking",
    ),
    HeldOut(f"{_LEEDS}/2010-12.csv", f"{_LEEDS}/2012-12.csv", "column_renamed", "breaking"),
    HeldOut(f"{_LEEDS}/2011-02.csv", f"{_LEEDS}/2020-06.csv", "column_renamed", "breaking"),
)
TABLES: tuple[str, ...] = (
    f"{_ELS}/current/claimant-count.csv",
    f"{_ELS}/current/employment-rate.csv",
    f"{_ELS}/current/early-years.csv",
    f"{_ELS}/current/modelled-unemployment.csv",
    f"{_ELS}/current/persistent-absences-for-all-pupils.csv",
    f"{_VINTAGES}/cla_ks2_la__2026-04.csv",
    f"{_VINTAGES}/attendance_EES_daily_data__2024-09-26.csv",
    f"{_TABLES}/england__england_abs.csv",
    "dfe/neet/NEETNK_LA__2025-07-17.csv",
    f"{_GEO}/LTLA22_UTLA22_EW_LU.csv",
)
