-- Key stage 4 by school. Grain: one row per school year, school, group of pupils and measure.
with measured as (
    from raw unpivot include nulls (
        printed for measure in (
            pupil_count as 'pupils',
            attainment8_average as 'attainment_8',
            progress8_pupil_count as 'progress_8_pupils',
            progress8_average as 'progress_8',
            engmath_94_percent as 'english_mathematics_grade_4',
            engmath_95_percent as 'english_mathematics_grade_5',
            ebacc_entering_percent as 'ebacc_entry',
            ebacc_94_percent as 'ebacc_grade_4',
            ebacc_95_percent as 'ebacc_grade_5',
            ebacc_aps_average as 'ebacc_points'
        )
    )
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    gss_code(new_la_code) as area_code,
    la_name as area_name,
    school_urn as school_code,
    school_name,
    sex,
    disadvantage_status as disadvantage,
    first_language,
    prior_attainment,
    mobility,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('pupils', 'progress_8_pupils') then 'pupils'
        when measure in ('attainment_8', 'progress_8', 'ebacc_points') then 'score'
        else 'percent'
    end as unit,
    case when measure = 'progress_8' then number_of(progress8_lower_95_ci) end as lower_ci,
    case when measure = 'progress_8' then number_of(progress8_upper_95_ci) end as upper_ci,
    _part as source_part,
    _row as source_row
from measured
