"""Make the sample's figures from the publishers' real files: `python -m tasks.sample.carry_over REAL_FILES [FIGURES]`.

Carries figures and not files: the columns and rows that the sample needs, cells as printed, in compact tables with source and licence.
Deterministic: the same files give the same bytes. Refuses to fill in: what no file holds is not in the sample (`figures/README.md` says what).
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from tasks.sample import carry_census, carry_dfe, carry_files, carry_geography, carry_nomis, carry_ons, carry_spend, carry_survey
from tasks.sample.carrying import LICENCE, read_csv, write_parquet

FIGURES = Path(__file__).resolve().parent / "figures"
CITY_CODE = "E08000025"

# Services of the lookups: name -> (file, columns, condition): the city's rows, and those of all areas that changed (ons.code_changes).
# Names as the portal lists them, where public code or the file's own name shows them.
GEOPORTAL = "ons/geoportal"
LOOKUPS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "LSOA11_LSOA21_LAD22_EW_LU_v5": (
        f"{GEOPORTAL}/LSOA11_LSOA21_LAD22_EW_Exact_CHGIND.csv",
        ("LSOA11CD", "LSOA11NM", "LSOA21CD", "LSOA21NM", "CHGIND", "LAD22CD", "LAD22NM", "LAD22NMW"),
        f"LAD22CD = '{CITY_CODE}' or CHGIND <> 'U'",
    ),
    "LSOA11_LSOA21_LAD22_EW_LU_v2": (
        f"{GEOPORTAL}/LSOA11_LSOA21_LAD22_EW_BestFit.csv",
        ("LSOA11CD", "LSOA11NM", "LSOA21CD", "LSOA21NM", "LAD22CD", "LAD22NM", "LAD22NMW"),
        f"LAD22CD = '{CITY_CODE}'",
    ),
    "MSOA11_MSOA21_LAD22_EW_LU": (
        f"{GEOPORTAL}/MSOA11_MSOA21_LAD22_EW_CHNGIND.csv",
        ("MSOA11CD", "MSOA11NM", "CHNGIND", "MSOA21CD", "MSOA21NM", "LAD22CD", "LAD22NM", "LAD22NMW"),
        f"LAD22CD = '{CITY_CODE}' or CHNGIND <> 'U'",
    ),
    "LSOA11_WD17_EW_LU_c65dfe9ca2fa4b0fa578b65a4d5c9856": (
        "council/geography/LSOA11_WD17_lookup.csv",
        ("LSOA11CD", "LSOA11NM", "WD17CD", "WD17NM", "WD17NMW", "LAD17CD", "LAD17NM"),
        f"LAD17CD = '{CITY_CODE}'",
    ),
    "LSOA21_WD22_LAD22_EW_LU_v3": (
        f"{GEOPORTAL}/LSOA21_WD22_LAD22_EW_LU_v3.csv",
        ("LSOA21CD", "LSOA21NM", "LSOA21NMW", "WD22CD", "WD22NM", "WD22NMW", "LAD22CD", "LAD22NM", "LAD22NMW"),
        f"LAD22CD = '{CITY_CODE}'",
    ),
    "LAD22_RGN22_EN_LU": (f"{GEOPORTAL}/LAD22_RGN22_EN_LU.csv", ("LAD22CD", "LAD22NM", "RGN22CD", "RGN22NM"), "true"),
    "WD22_LAD22_CTY22_RGN22_CTRY22_UK_LU": (
        f"{GEOPORTAL}/WD22_LAD22_CTY22_RGN22_CTRY22_UK_LU.csv",
        ("WD22CD", "WD22NM", "LAD22CD", "LAD22NM", "CTY22CD", "CTY22NM", "RGN22CD", "RGN22NM", "CTRY22CD", "CTRY22NM"),
        f"LAD22CD = '{CITY_CODE}'",
    ),
    "LAD22_CAUTH22_EN_LU": (f"{GEOPORTAL}/LAD22_CAUTH22_EN_LU.csv", ("LAD22CD", "LAD22NM", "CAUTH22CD", "CAUTH22NM"), "true"),
    "LAD24_CAUTH24_EN_LU": (f"{GEOPORTAL}/LAD24_CAUTH24_EN_LU.csv", ("LAD24CD", "LAD24NM", "CAUTH24CD", "CAUTH24NM"), "true"),
    "LAD25_CAUTH25_EN_LU": (f"{GEOPORTAL}/LAD25_CAUTH25_EN_LU.csv", ("LAD25CD", "LAD25NM", "CAUTH25CD", "CAUTH25NM"), "true"),
    "LTLA22_UTLA22_EW_LU": (f"{GEOPORTAL}/LTLA22_UTLA22_EW_LU.csv", ("LTLA22CD", "LTLA22NM", "UTLA22CD", "UTLA22NM"), "true"),
    "LAD11_LAD21_EW_LU": (f"{GEOPORTAL}/LAD11_LAD21_EW_LU.csv", ("LAD11CD", "LAD11NM", "LAD21CD", "LAD21NM"), "true"),
}
WARDS_2021 = "LSOA11_WD21_LAD21_EW_LU_V2"
OUTPUT_AREAS = "OA11_LSOA11_MSOA11_LAD11_EW_LUv2_b3fe7c68f4b2420185eaff6284d4c125"

ATTENDANCE = "dfe/ees_csv_vintages/attendance_EES_ytd_data__2025-09-25.csv"
PUPILS = "dfe/ees_csv/spc_pupils_ethnicity_and_language.csv.gz"
# The authorities whose school types are carried too: the eight core cities of England, then Birmingham's neighbours.
CORE_CITIES = ("E08000025", "E06000018", "E06000023", "E08000003", "E08000012", "E08000019", "E08000021", "E08000035")
NEIGHBOURS = ("E08000026", "E08000027", "E08000028", "E08000029", "E08000030", "E08000031")
PERIOD = ("time_period", "time_identifier", "geographic_level")
PLACE = ("country_code", "country_name", "region_code", "region_name", "new_la_code", "la_name", "old_la_code")
ATTENDANCE_FILTERS = {"education_phase": "School type"}
ATTENDANCE_INDICATORS = {
    "num_schools": "Number of schools",
    "enrolments": "Number of enrolments",
    "possible_sessions": "Possible sessions",
    "attendance_perc": "Attendance rate",
    "overall_absence_perc": "Overall absence rate",
    "authorised_absence_perc": "Authorised absence rate",
    "unauthorised_absence_perc": "Unauthorised absence rate",
    "illness_perc": "Illness rate",
    "unauth_hol_perc": "Unauthorised holiday rate",
}
PUPILS_FILTERS = {"phase_type_grouping": "School type", "ethnicity": "Ethnicity", "language": "First language"}
PUPILS_INDICATORS = {"headcount": "Headcount", "percent_of_pupils": "Percent"}

# Edition -> (where the publisher has its File 1, the name of the sheet).
DEPRIVATION = {
    "2015": ("467764/File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx", "IMD 2015"),
    "2019": ("833970/File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx", "IMD2019"),
}
ATTACHMENTS = "https://assets.publishing.service.gov.uk/government/uploads/system/uploads/attachment_data/file"
NOTES = "Figures of the English Indices of Deprivation, carried over for the sample. The publisher's notes are in the publisher's file."


def carry_over(files: Path, figures: Path = FIGURES) -> None:
    """Write every figure of the sample below `figures`, from the real files below `files`."""
    for publisher in ("ons", "dfe", "council", "mhclg"):
        (figures / publisher).mkdir(parents=True, exist_ok=True)
    carry_census.carry(files, figures)
    carry_nomis.carry(files, figures / "ons")
    carry_survey.carry(files, figures / "ons")
    carry_geography.carry(files, figures / "ons")
    carry_files.carry(files, figures)
    carry_ons.carry(files, figures)
    with duckdb.connect(":memory:") as connection:
        _area_lookup(connection, files, figures / "ons")
        _attendance(connection, files, figures / "dfe")
        _pupils(connection, files, figures / "dfe")
        _deprivation(connection, files, figures / "mhclg")
    carry_spend.carry(files, figures / "council")
    carry_dfe.carry(files, figures / "dfe")


def _area_lookup(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    queries = {
        service: f"select {', '.join(columns)} from ({read_csv(files / path)}) where {condition} order by all"
        for service, (path, columns, condition) in LOOKUPS.items()
    }
    rows = carry_spend.sheet(files / GEOPORTAL / f"{WARDS_2021}.xlsx", "LSOA11_WD21_LAD21_EW_LU")
    carry_spend.load(connection, "wards_2021", rows)
    queries[WARDS_2021] = f"select * from wards_2021 where LAD21CD = '{CITY_CODE}' order by all"
    lsoa = read_csv(files / LOOKUPS["LSOA11_LSOA21_LAD22_EW_LU_v5"][0])
    msoa = read_csv(files / LOOKUPS["MSOA11_MSOA21_LAD22_EW_LU"][0])
    queries[OUTPUT_AREAS] = f"""
        select OA as OA11CD, LSOA as LSOA11CD, LSOA11NM, MSOA as MSOA11CD, MSOA11NM, '{CITY_CODE}' as LAD11CD, LAD as LAD11NM
        from ({read_csv(files / "ons/census2011/KS201EW_oa11_birmingham_MLID.csv")})
        join (select distinct LSOA11CD, LSOA11NM from ({lsoa})) on LSOA = LSOA11CD
        join (select distinct MSOA11CD, MSOA11NM from ({msoa})) on MSOA = MSOA11CD
        order by all"""
    services = []
    for service, query in queries.items():
        name = f"area_lookup_{'_'.join(service.split('_')[:2]).lower()}{'_best_fit' if service.endswith('LU_v2') else ''}.parquet"
        write_parquet(connection, query, out / name)
        services.append(
            {
                "name": service,
                "layers": [{"id": 0, "figures": name, "object_id": "ObjectId", "max_record_count": 2000, "edited": "2000-01-01T00:00:00Z"}],
            }
        )
    about = {
        "protocol": "feature_server",
        "source": "Office for National Statistics, Open Geography portal",
        "licence": LICENCE,
        "services": services,
    }
    _write_json(out / "area_lookup.json", about)
    # The codes that changed are rows of the same layers, those of all England and Wales among them: nothing is shipped twice.
    _write_json(out / "code_changes.json", {**about, "services": []})


def _attendance(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    columns = [*PERIOD, *PLACE, *ATTENDANCE_FILTERS, *ATTENDANCE_INDICATORS]
    _write_csv(connection, f"select {', '.join(columns)} from ({read_csv(files / ATTENDANCE)})", out / "pupil_attendance.csv.gz")
    _write_meta(out / "pupil_attendance.meta.csv", ATTENDANCE_FILTERS, ATTENDANCE_INDICATORS)
    publication = {
        "id": "9676af6b-d563-41f4-d071-08da8f468680",
        "title": "Pupil attendance in schools",
        "slug": "pupil-attendance-in-schools",
        "summary": "Pupil attendance and absence data including reasons for absence.",
    }
    released = {"title": "Week 38 2025", "slug": "2025-week-38"}
    _ees(out, "pupil_attendance", publication, "Pupil attendance in schools, year to date", "2025-09-25T09:30:00+01:00", released, 1)


def _pupils(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    """England, the regions and every authority for all schools together; school types for England, the region and the authorities compared."""
    columns = [*PERIOD, *PLACE, *PUPILS_FILTERS, *PUPILS_INDICATORS]
    compared = ", ".join(f"'{code}'" for code in (*CORE_CITIES, *NEIGHBOURS))
    query = f"""
        select {", ".join(columns)} from ({read_csv(files / PUPILS)})
        where phase_type_grouping = 'Total' or geographic_level = 'National' or new_la_code in ({compared})
            or region_code = 'E12000005' and geographic_level = 'Regional'
        order by all"""
    _write_csv(connection, query, out / "pupils_ethnicity_language.csv.gz")
    _write_meta(out / "pupils_ethnicity_language.meta.csv", PUPILS_FILTERS, PUPILS_INDICATORS)
    publication = {
        "id": "a91d9e05-be82-474c-85ae-4913158406d0",
        "title": "Schools, pupils and their characteristics",
        "slug": "school-pupils-and-their-characteristics",
        "summary": "Pupil characteristics by school type.",
    }
    released = {"title": "Academic year 2021/22", "slug": "2021-22"}
    _ees(
        out,
        "pupils_ethnicity_language",
        publication,
        "Pupil characteristics - Ethnicity and Language",
        "2022-06-09T09:30:00+01:00",
        released,
        2,
    )


def _deprivation(connection: duckdb.DuckDBPyConnection, files: Path, out: Path) -> None:
    rows = carry_spend.sheet(files / "council/imd/2015_File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx", "IMD 2015")
    carry_spend.load(connection, "imd_2015", rows)
    connection.execute(
        f"create table imd_2019 as {read_csv(files / 'council/imd/2019_File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz')}"
    )
    books = []
    for edition, (place, sheet) in DEPRIVATION.items():
        name = f"deprivation_{edition}.parquet"
        columns = [row[0] for row in connection.execute(f"describe imd_{edition}").fetchall()][:6]
        numbers = [
            f"cast(cast(replace(cast(\"{column}\" as varchar), ',', '') as double) as integer) as \"{column}\"" for column in columns[4:]
        ]
        texts = [f'"{column}"' for column in columns[:4]]
        write_parquet(connection, f"select {', '.join([*texts, *numbers])} from imd_{edition} order by 1", out / name)
        sheets = [{"name": "Notes", "rows": [[NOTES]]}, {"name": sheet, "figures": name}]
        books.append({"url": f"{ATTACHMENTS}/{place}", "sheets": sheets})
    about = {
        "protocol": "file",
        "source": "Ministry of Housing, Communities and Local Government, English Indices of Deprivation, File 1",
        "licence": LICENCE,
        "files": books,
    }
    _write_json(out / "deprivation.json", about)


def _ees(out: Path, name: str, publication: dict[str, str], title: str, published: str, release: dict[str, str], number: int) -> None:
    """The description of a data set with one version. Where no recording shows an id, it is plainly one of the sample's own."""
    version = {
        "version": "1.0",
        "type": "Major",
        "status": "Published",
        "published": published,
        "notes": "",
        "release": release,
        "csv": f"{name}.csv.gz",
    }
    about = {
        "protocol": "ees",
        "source": f"Department for Education, {publication['title']}",
        "licence": LICENCE,
        "publication": publication,
        "id": f"00000000-0000-4000-8000-00000000000{number}",
        "file_id": f"00000000-0000-4000-8000-00000000010{number}",
        "title": title,
        "summary": title,
        "status": "Published",
        "in_api": True,
        "meta": f"{name}.meta.csv",
        "versions": [version],
    }
    _write_json(out / f"{name}.json", about)


def _write_csv(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """The rows of a query as a gzipped CSV; without the time of writing in it, so that the same rows give the same bytes."""
    plain = path.with_suffix(".plain")
    connection.execute("set threads to 1")
    connection.execute(f"copy ({query}) to '{plain}' (format csv, header true)")
    path.write_bytes(gzip.compress(plain.read_bytes(), 9, mtime=0))
    plain.unlink()


def _write_meta(path: Path, filters: dict[str, str], indicators: dict[str, str]) -> None:
    lines = ["col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column"]
    lines += [f"{column},Filter,{label},,,,," for column, label in filters.items()]
    lines += [f"{column},Indicator,{label},,{'%' if 'rate' in label else ''},,," for column, label in indicators.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tasks.sample.carry_over", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("real_files", type=Path, help="the folder with the publishers' files")
    parser.add_argument("figures", type=Path, nargs="?", default=FIGURES, help="where the figures go")
    given = parser.parse_args(arguments)
    carry_over(given.real_files, given.figures)


if __name__ == "__main__":
    main()
