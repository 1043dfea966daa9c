-- Absence by term. Grain: one row per school year, area, term, school type and measure.
-- Example: 2016/17, E08000025, Total, State-funded primary, absence_rate -> 4.4 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            sess_possible as 'possible_sessions',
            sess_overall as 'absence_sessions',
            sess_overall_percent as 'absence_rate',
            sess_authorised_percent as 'authorised_absence_rate',
            sess_unauthorised_percent as 'unauthorised_absence_rate',
            sess_auth_illness as 'illness_sessions',
            sess_unauth_holiday as 'unauthorised_holiday_sessions'
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
    term,
    school_type,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('absence_rate', 'authorised_absence_rate', 'unauthorised_absence_rate') then 'percent'
        else 'sessions'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
