-- Key stage 4 by local authority and characteristics of pupils, 2022/23 and later. Grain: one row per school year, area, group and measure.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            pupil_count as 'pupils',
            attainment8_average as 'attainment_8',
            progress8_average as 'progress_8',
            engmath_94_percent as 'english_mathematics_grade_4',
            engmath_95_percent as 'english_mathematics_grade_5',
            ebacc_entering_percent as 'ebacc_entry',
            ebacc_aps_average as 'ebacc_points'
        )
    )
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    ees_area(geographic_level, country_code, region_code, new_la_code) as area_code,
    ees_area(geographic_level, country_name, region_name, la_name) as area_name,
    ees_area_level(geographic_level) as area_level,
    cell_text(old_la_code) as area_dfe_code,
    sex,
    disadvantage_status as disadvantage,
    free_school_meals,
    ethnicity_major,
    ethnicity_minor,
    first_language,
    sen_status,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure = 'pupils' then 'pupils'
        when measure in ('english_mathematics_grade_4', 'english_mathematics_grade_5', 'ebacc_entry') then 'percent'
        else 'score'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
