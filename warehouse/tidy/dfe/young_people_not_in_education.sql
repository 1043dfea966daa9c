-- Young people not in education, employment or training. Grain: one row per year, area, age and measure.
-- Example: 2025, E08000025, 16-17, not_in_education_or_not_known -> 6.4 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            "Cohort_DJFavg" as 'young_people',
            "NEET_not_known_percent" as 'not_in_education_or_not_known',
            "NEET_percent" as 'not_in_education',
            "Notknown_percent" as 'not_known',
            "TOTAL_participating_in_education_and_training_percent" as 'participating',
            "Full_time_education_percent" as 'full_time_education',
            "Apprenticeship_percent" as 'apprenticeship',
            "Other_education_and_training_percent" as 'other_education_and_training',
            "September_guarantee_Offer_made_percent" as 'september_guarantee_offer',
            "cohort_EHCP_percent" as 'cohort_with_plan',
            "NEET_NK_EHCP_percent" as 'not_in_education_or_not_known_with_plan',
            "cohort_SENDsupport_percent" as 'cohort_with_special_needs_support',
            "NEET_NK_SENDsupport_percent" as 'not_in_education_or_not_known_with_special_needs_support',
            "VG_cohort_percentage" as 'cohort_vulnerable',
            "VG_NEET_NK_percentage" as 'not_in_education_or_not_known_vulnerable'
        )
    )
)

select
    calendar_year_label(time_period) as period,
    make_date(single_year(time_period) - 1, 12, 1) as period_start,
    last_day(make_date(single_year(time_period), 2, 1)) as period_end,
    ees_area(geographic_level, country_code, region_code, new_la_code) as area_code,
    ees_area(geographic_level, country_name, region_name, la_name) as area_name,
    ees_area_level(geographic_level) as area_level,
    cell_text(old_la_code) as area_dfe_code,
    "Age" as age_band,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure = 'young_people' then 'people'
        else 'percent'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
