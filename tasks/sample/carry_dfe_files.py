"""Which figures of the Department for Education the sample holds: the real file of each dataset, the columns and rows taken, how they are served.

Birmingham whole with those it is compared with (England, the regions, the core cities, its neighbours), where the file has them; where a
file holds another authority alone, that one. Heads' names and telephone numbers of schools are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RAW_GITHUB = "https://raw.githubusercontent.com/dfe-analytical-services"
TEST_DATA = f"{RAW_GITHUB}/ees-test-data/01227a2898aa88d8d233cec66bd77e770b027097/csvs/large"
CORE_CITIES = ("330", "926", "801", "352", "341", "373", "391", "383", "892")
NEIGHBOURS = ("331", "332", "333", "334", "335", "336")
COMPARED = ", ".join(f"'{number}'" for number in (*CORE_CITIES, *NEIGHBOURS))
AREAS = f"geographic_level in ('National', 'Regional') or old_la_code in ({COMPARED})"
PLACE = ("country_code", "country_name", "region_code", "region_name", "old_la_code", "new_la_code", "la_name")
TIME = ("time_period", "time_identifier", "geographic_level")
PLACED = (*TIME, *PLACE)
# The columns of the key stage 4 tables that both years have.
KEY_STAGE_4 = (
    "RECTYPE", "LEA", "ESTAB", "URN", "SCHNAME", "NFTYPE", "ADMPOL", "EGENDER", "TOTPUPS", "TPUP", "PTFSM6CLA1A", "PTEALGRP2",
    "ATT8SCR", "P8PUP", "P8MEA", "P8CILOW", "P8CIUPP", "PTL2BASICS_94", "PTL2BASICS_95", "PTEBACC_E_PTQ_EE", "PTEBACC_94", "PTEBACC_95",
    "ATT8SCR_FSM6CLA1A", "ATT8SCR_NFSM6CLA1A", "P8MEA_FSM6CLA1A", "P8MEA_NFSM6CLA1A",
)  # fmt: skip
KEY_STAGE_2 = (
    "RECTYPE", "LEA", "ESTAB", "URN", "SCHNAME", "NFTYPE", "TELIG", "PTFSM6CLA1A", "PTEALGRP2", "PTRWM_EXP", "PTRWM_HIGH", "READPROG",
    "READPROG_LOWER",
    "READPROG_UPPER", "WRITPROG", "WRITPROG_LOWER", "WRITPROG_UPPER", "MATPROG", "MATPROG_LOWER", "MATPROG_UPPER", "READ_AVERAGE", "MAT_AVERAGE",
    "PTRWM_EXP_FSM6CLA1A", "PTRWM_EXP_NotFSM6CLA1A",
)  # fmt: skip
PROVISIONAL = (
    "RECTYPE", "LEA", "ESTAB", "URN", "SCHNAME", "NFTYPE", "TPUP", "ATT8SCR", "P8PUP", "P8MEA", "P8CILOW", "P8CIUPP", "PTL2BASICS_94",
    "PTL2BASICS_95", "EBACCAPS", "PTEBACC_E_PTQ_EE", "PTEBACC_94", "PTEBACC_95",
)  # fmt: skip
CENSUS = (
    "URN", "LA", "ESTAB", "SCHOOLTYPE", "NOR", "NORG", "NORB", "TSENELSE", "PSENELSE", "TSENELK", "PSENELK", "NUMEAL", "NUMENGFL", "NUMUNCFL",
    "PNUMEAL", "PNUMENGFL", "PNUMUNCFL", "NUMFSM", "NUMFSMEVER", "PNUMFSMEVER",
)  # fmt: skip
_SHARES = ("OVERALL_DESTPER", "APPRENPER", "EMPLOYMENTPER", "EDUCATIONPER", "NOT_SUSTAINEDPER", "UNKNOWNPER")
DESTINATIONS = (
    *("RECTYPE", "LEA", "ESTAB", "URN", "SCHNAME", "NFTYPE", "COHORT", "COHORT_DIS", "COHORT_NONDIS"),
    *(f"{share}{group}" for group in ("", "_DIS", "_NONDIS") for share in _SHARES),
)
SCHOOLS = (
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (name)", "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (name)", "ReasonEstablishmentOpened (name)", "OpenDate", "ReasonEstablishmentClosed (name)", "CloseDate",
    "PhaseOfEducation (name)", "StatutoryLowAge", "StatutoryHighAge", "Gender (name)", "ReligiousCharacter (name)", "AdmissionsPolicy (name)",
    "SchoolCapacity", "CensusDate", "NumberOfPupils", "PercentageFSM", "Trusts (name)", "UKPRN", "LastChangedDate", "Postcode", "GOR (name)",
    "DistrictAdministrative (name)", "AdministrativeWard (name)", "GSSLACode (name)", "Easting", "Northing", "MSOA (code)", "LSOA (code)",
)  # fmt: skip


@dataclass(frozen=True)
class Carried:
    """One table: the real file (or a member of a zip), the columns and rows taken, and in which manifest it is served."""

    table: str  # name of the compact table, without its ending
    file: str  # below dfe/
    columns: tuple[str, ...]
    where: str = "true"
    member: str = ""
    order: str = "all"


@dataclass(frozen=True)
class Served:
    """One manifest: which protocol serves the tables, and what it says of them."""

    name: str
    source: str
    protocol: str
    tables: tuple[Carried, ...]
    told: Mapping[str, Any] = field(default_factory=dict)


def all_served() -> Iterator[Served]:
    """Every manifest of DfE's that `carry_dfe` writes."""
    yield from _measures()
    yield from _releases()
    yield from _archived()
    yield from _tables()
    yield from _registers()


def _measures() -> Iterator[Served]:
    """The Local Authority Interactive Tool: every measure, for the areas compared; its dictionary without the long texts."""
    areas = ", ".join(f"{number}.0" for number in ("970", "984", *CORE_CITIES, *NEIGHBOURS))
    columns = ("Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region")
    folder = f"{RAW_GITHUB}/local-authority-interactive-tool/main/01_data/02_prod"
    dictionary = ("Measure_code", "Topic", "Measure", "Measure_short", "Polarity", "y_axis_name", "Year_Type")
    tables = (
        Carried("local_authority_measures", "lait/bds_long_0.parquet", columns, f'"LA Number" in ({areas})'),
        Carried("local_authority_measures.dictionary", "lait/lait_data_dictionary.csv", dictionary),
    )
    told = [
        {"url": f"{folder}/bds_long_0.parquet", "figures": "local_authority_measures.parquet", "media_type": "application/octet-stream"},
        {
            "url": f"{folder}/lait_data_dictionary.csv",
            "figures": "local_authority_measures.dictionary.csv.gz",
            "media_type": "text/plain; charset=utf-8",
        },
    ]
    yield Served("local_authority_measures", "Department for Education, Local Authority Interactive Tool", "file", tables, {"files": told})


def _releases() -> Iterator[Served]:
    """Files of releases of Explore Education Statistics."""
    indicators = (
        "t_pupils", "avg_att8", "pt_l2basics_95", "pt_l2basics_94", "pt_ebacc_e_ptq_ee", "avg_ebaccaps", "t_inp8calc", "avg_p8score",
        "p8score_CI_low",
        "p8score_CI_upp",
    )  # fmt: skip
    yield _release(
        "looked_after_key_stage_4",
        (
            "outcomes-for-children-in-need-including-children-looked-after-by-local-authorities-in-england",
            "Outcomes for children in need, including children looked after by local authorities in England",
        ),
        ("2024", "Reporting year 2024", "2025-04-10T09:30:00+01:00"),
        "Key stage 4 by local authority",
        Carried(
            "looked_after_key_stage_4",
            "ees_csv_vintages/cla_ks4_la__2025-04.csv",
            (*PLACED, "social_care_group", "version", *indicators),
            AREAS,
        ),
    )
    eligible = (
        "phase_type_grouping",
        "characteristic_group",
        "characteristic",
        "fsm_eligibility",
        "number_of_pupils",
        "denominator",
        "percent_of_pupils",
    )
    places = (
        f"(geographic_level = 'National' or region_code = 'E12000005' and geographic_level = 'Regional' or old_la_code in ({COMPARED}))"
    )
    yield _release(
        "pupils_free_school_meals",
        ("school-pupils-and-their-characteristics", "Schools, pupils and their characteristics"),
        ("2021-22", "Academic year 2021/22", "2022-06-09T09:30:00+01:00"),
        "Free school meals, ethnicity and year group",
        Carried(
            "pupils_free_school_meals",
            "ees_csv/spc_pupils_fsm_ethnicity_yrgp.csv.gz",
            (*PLACED, *eligible),
            f"{places} and (phase_type_grouping = 'Total' or old_la_code = '330' or geographic_level = 'National')",
        ),
    )
    starts = (
        *TIME,
        "country_code",
        "country_name",
        "provider_name",
        "provider_ukprn",
        "apps_level",
        "ssa_t1_desc",
        "starts",
        "achievements",
    )
    yield _release(
        "apprenticeship_provider_starts",
        ("apprenticeships-and-traineeships", "Apprenticeships and traineeships"),
        ("2021-22", "Academic year 2021/22", "2022-11-24T09:30:00+00:00"),
        "Provider starts and achievements",
        Carried(
            "apprenticeship_provider_starts",
            "ees_csv/app-provider-starts-202122-q4.csv.gz",
            starts,
            "ssa_t1_desc = 'Total' and (time_period = '202122' or provider_name ilike '%birmingham%')",
        ),
    )
    weekly = (
        "school_type", "num_schools", "enrolments", "possible_sessions", "attendance_perc", "overall_absence_perc", "authorised_absence_perc",
        "unauthorised_absence_perc", "illness_perc",
    )  # fmt: skip
    yield _release(
        "attendance_by_week",
        ("pupil-attendance-in-schools", "Pupil attendance in schools"),
        ("2022-week-49", "Week 49 2022", "2023-01-05T09:30:00+00:00"),
        "Weekly attendance by local authority",
        Carried("attendance_by_week", "ees_csv/ees_weekly_data.csv.gz", (*PLACED, *weekly), places),
    )


def _archived() -> Iterator[Served]:
    """Files that stand in public repositories of DfE's analysts: what the service was tested with in 2018, and a dashboard's own file."""
    neet = (
        "Age", "Cohort_DJFavg", "NEET_not_known_percent", "NEET_percent", "Notknown_percent", "TOTAL_participating_in_education_and_training_percent",
        "Full_time_education_percent", "Apprenticeship_percent", "Other_education_and_training_percent", "September_guarantee_Offer_made_percent",
        "cohort_EHCP_percent", "NEET_NK_EHCP_percent", "cohort_SENDsupport_percent", "NEET_NK_SENDsupport_percent", "VG_cohort_percentage",
        "VG_NEET_NK_percentage",
    )  # fmt: skip
    yield Served(
        "young_people_not_in_education",
        "Department for Education, Participation in education, training and NEET age 16 to 17 by local authority",
        "file",
        (Carried("young_people_not_in_education", "neet/NEETNK_LA__2025-07-17.csv", (*PLACED, *neet)),),
        {
            "files": [
                {
                    "url": f"{RAW_GITHUB}/nccis_localauthority_dashboard/main/data/UD_NEETNK_LA_dashboard_final.csv",
                    "figures": "young_people_not_in_education.csv.gz",
                    "media_type": "text/plain; charset=utf-8",
                }
            ]
        },
    )
    subjects = ("read", "writta", "mat", "rwm", "gps", "scita")
    counted = [f"t_{subject}_eligible_pupils" for subject in subjects] + [f"pt_{subject}_met_expected_standard" for subject in subjects]
    yield Served(
        "looked_after_key_stage_2",
        "Department for Education, Outcomes for children in need, including children looked after by local authorities in England",
        "file",
        (
            Carried(
                "looked_after_key_stage_2",
                "ees_csv_vintages/cla_ks2_la__2026-04.csv",
                (*PLACED, "social_care_group", "version", *counted),
                AREAS,
            ),
        ),
        {
            "files": [
                {
                    "url": f"{RAW_GITHUB}/CSC_outcomes_and_enablers/main/data-raw/ks2_la.csv",
                    "figures": "looked_after_key_stage_2.csv.gz",
                    "media_type": "text/plain; charset=utf-8",
                }
            ]
        },
    )
    groups = ("gender", "free_school_meals", "disadvantage", "first_language", "sen_status", "ethnic_major")
    totals = (
        "t_pupils",
        "t_att8",
        "t_inp8calc",
        "t_p8score",
        "t_ebacc_e_ptq_ee",
        "t_ebaccaps",
        "t_ebacc_94",
        "t_ebacc_95",
        "t_l2basics_94",
        "t_l2basics_95",
    )
    filters = ("version", "school_characteristic", "breakdown", *(f"characteristic_{group}" for group in groups))
    yield _of_2018(
        "key_stage_4_characteristics", "KS4_2018_LA_Char_Testdata", "GCSE and equivalent results 2017 to 2018", (*PLACED, *filters, *totals)
    )
    profile = (
        "characteristic_group", "characteristic", "number_of_children", "average_point_score", "elg_percent", "gld_number", "gld_percent",
        "comm_lang_lit_percent",
    )  # fmt: skip
    yield _of_2018(
        "early_years_profile",
        "EYFSP_APS_GLD_ELG_underlying_data_2013_2018",
        "Early years foundation stage profile results 2017 to 2018",
        (*PLACED, *profile),
    )
    sessions = (
        "school_type", "sess_possible", "sess_overall", "sess_overall_percent", "sess_authorised_percent", "sess_unauthorised_percent",
        "sess_auth_illness",
        "sess_unauth_holiday",
    )  # fmt: skip
    yield _of_2018("absence_by_term", "absence_by_term", "Pupil absence in schools in England 2016 to 2017", (*PLACED, "term", *sessions))
    excluded = ("headcount", "perm_excl", "perm_excl_rate", "fixed_excl", "fixed_excl_rate", "one_plus_fixed", "one_plus_fixed_rate")
    yield _of_2018(
        "exclusions_by_characteristic",
        "exclusions_by_characteristic",
        "Permanent and fixed-period exclusions in England 2016 to 2017",
        (*TIME, "country_code", "country_name", "school_type", "characteristic_group", "characteristic", *excluded),
        "school_type = 'Total'",
    )
    levels = ("number_in_ss_cohort", "l2_by19", "l2by19", "l2_with_em_by19", "l2_with_emby19", "l3_by19", "l3by19")
    characteristics = (
        "characteristic_group",
        "characteristic",
        "characteristic_gender",
        "characteristic_fsm_status",
        "characteristic_sen_provision_status",
    )
    yield _of_2018(
        "attainment_by_19",
        "level_2_3_sfla",
        "Level 2 and 3 attainment by young people aged 19 in 2018",
        (*PLACED, *characteristics, *levels),
    )
    offers = (
        "school_phase", "nc_year_admission", "admission_numbers", "applications_received", "first_preference_offers", "second_preference_offers",
        "third_preference_offers", "preferred_school_offer", "non_preferred_offer", "no_offer",
    )  # fmt: skip
    yield _of_2018(
        "school_offers", "school_applications_and_offers", "Secondary and primary school applications and offers 2018", (*PLACED, *offers)
    )


def _tables() -> Iterator[Served]:
    """School performance tables. Of the final tables only Hampshire's are at hand, with the totals of England."""
    tables = "performance_tables"
    here = "{area} = '330' or {row} not in ('1', '2')"
    yield _performance(
        "key_stage_4_provisional",
        "KS4PROV",
        {"2018-2019": (f"{tables}/england__england_ks4provisional.csv", PROVISIONAL, here.format(area="LEA", row="RECTYPE"))},
    )
    finals = {year: (f"{tables}/{year}_850_ks4final.csv", KEY_STAGE_4, "true") for year in ("2016-2017", "2017-2018")}
    yield _performance("key_stage_4_schools", "KS4", finals)
    twos = {f"{start}-{start + 1}": (f"{tables}/{start}-850-ks2.csv", KEY_STAGE_2, "true") for start in (2016, 2017, 2018)}
    yield _performance("key_stage_2_schools", "KS2", twos)
    yield _performance(
        "school_census", "CENSUS", {"2018-2019": (f"{tables}/england__england_census.csv", CENSUS, "LA = '330' or URN = 'NAT'")}
    )
    absence = (f"{tables}/england__england_abs.csv", ("LA", "ESTAB", "URN", "PERCTOT", "PPERSABS10"), "LA in ('330', 'NAT')")
    yield _performance("school_absence", "PUPILABSENCE", {"2018-2019": absence})
    leavers = (f"{tables}/england__england_ks4-pupdest.csv", DESTINATIONS, here.format(area="LEA", row="RECTYPE"))
    yield _performance("school_destinations", "KS4DESTINATION", {"2018-2019": leavers})


def _registers() -> Iterator[Served]:
    """The register of schools: an extract of Surrey and Hampshire, 20 April 2022; the links of Birmingham's schools, 22 April 2025."""
    register = "Department for Education, Get Information About Schools"
    schools = Carried("schools", "gias/20220420_gias.csv", SCHOOLS)
    yield Served("schools", register, "gias", (schools,), {"extracts": {"edubasealldata": "schools.csv.gz"}})
    columns = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")
    ours = "select URN from read_csv('{folder}/performance_tables/england__england_census.csv', all_varchar = true) where LA = '330'"
    links = Carried("school_links", "gias/links_edubasealldata20250422.csv", columns, f"URN in ({ours}) or LinkURN in ({ours})")
    yield Served("school_links", register, "gias", (links,), {"extracts": {"links_edubasealldata": "school_links.csv.gz"}})


def _release(name: str, publication: tuple[str, str], release: tuple[str, str, str], title: str, table: Carried) -> Served:
    slug, label, published = release
    told = {
        "publication": {"slug": publication[0], "title": publication[1]},
        "release": {"slug": slug, "title": label, "published": published},
        "files": [{"title": title, "name": f"{name}.csv", "csv": f"{table.table}.csv.gz"}],
    }
    return Served(name, f"Department for Education, {publication[1]}", "ees_files", (table,), told)


def _of_2018(name: str, archive: str, publication: str, columns: Sequence[str], where: str = AREAS) -> Served:
    table = Carried(name, f"ees_csv_2018_testdata/{archive}.zip", tuple(columns), where, f"{archive}.csv")
    file = {"url": f"{TEST_DATA}/{archive}.zip", "members": [{"name": f"{archive}.csv", "figures": f"{name}.csv.gz"}]}
    return Served(name, f"Department for Education, {publication}", "file", (table,), {"files": [file]})


def _performance(name: str, table: str, years: Mapping[str, tuple[str, tuple[str, ...], str]]) -> Served:
    carried = tuple(Carried(f"{name}_{year}", file, columns, where) for year, (file, columns, where) in years.items())
    told = {"table": table, "region": "england", "years": {year: f"{name}_{year}.csv.gz" for year in years}}
    return Served(name, "Department for Education, Compare school performance", "performance_tables", carried, told)
