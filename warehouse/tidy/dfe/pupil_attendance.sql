-- Pupil attendance, year to date. Grain: one row per period, area, education phase and measure.
-- Example: 2025/26, E08000025, Total, absence_rate -> 5.1885 percent.
with places as (
    select
        raw.*,
        case geographic_level when 'National' then country_code when 'Regional' then region_code else new_la_code end as area_code,
        case geographic_level when 'National' then country_name when 'Regional' then region_name else la_name end as area_name,
        case geographic_level when 'National' then 'country' when 'Regional' then 'region' when 'Local authority' then 'local_authority' end as area_level
    from raw
),

measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from places unpivot include nulls (
        printed for measure in (
            num_schools as 'schools',
            enrolments as 'enrolments',
            possible_sessions as 'possible_sessions',
            attendance_perc as 'attendance_rate',
            overall_absence_perc as 'absence_rate',
            authorised_absence_perc as 'authorised_absence_rate',
            unauthorised_absence_perc as 'unauthorised_absence_rate',
            illness_perc as 'illness_absence_rate',
            unauth_hol_perc as 'unauthorised_holiday_rate',
            pa_perc as 'persistent_absence_rate'
        )
    )
)

select
    academic_year_label(time_period) as period,
    academic_year_start(time_period) as period_start,
    academic_year_end(time_period) as period_end,
    area_code,
    area_name,
    area_level,
    old_la_code as area_dfe_code,
    education_phase,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case measure when 'schools' then 'schools' when 'enrolments' then 'pupils' when 'possible_sessions' then 'sessions' else 'percent' end as unit,
    _part as source_part,
    _row as source_row
from measured
-- The column of persistent absence comes and goes; where a release has none, there is nothing to withhold.
where measure <> 'persistent_absence_rate' or printed is not null
