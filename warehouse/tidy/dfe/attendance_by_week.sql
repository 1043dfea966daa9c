-- Pupil attendance by week. Grain: one row per week, area, education phase and measure.
-- Example: 2022 Week 37, E08000025, Primary, attendance_rate.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            num_schools as 'schools',
            enrolments as 'enrolments',
            possible_sessions as 'possible_sessions',
            attendance_perc as 'attendance_rate',
            overall_absence_perc as 'absence_rate',
            authorised_absence_perc as 'authorised_absence_rate',
            unauthorised_absence_perc as 'unauthorised_absence_rate',
            illness_perc as 'illness_absence_rate'
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
    school_type as education_phase,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure = 'schools' then 'schools'
        when measure = 'enrolments' then 'pupils'
        when measure = 'possible_sessions' then 'sessions'
        else 'percent'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
