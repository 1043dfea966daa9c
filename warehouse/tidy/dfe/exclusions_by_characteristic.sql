-- Exclusions by characteristic. Grain: one row per school year, area, school type, characteristic and measure.
-- Example: 2016/17, E92000001, Total, Total, Total, permanent_exclusions -> 7720.
with measured as (
    from raw unpivot include nulls (
        printed for measure in (
            headcount as 'pupils',
            perm_excl as 'permanent_exclusions',
            perm_excl_rate as 'permanent_exclusion_rate',
            fixed_excl as 'suspensions',
            fixed_excl_rate as 'suspension_rate',
            one_plus_fixed as 'pupils_suspended',
            one_plus_fixed_rate as 'pupils_suspended_rate'
        )
    )
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    country_code as area_code,
    country_name as area_name,
    ees_area_level(geographic_level) as area_level,
    school_type,
    characteristic_group,
    characteristic,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('pupils', 'pupils_suspended') then 'pupils'
        when measure in ('permanent_exclusions', 'suspensions') then 'exclusions'
        else 'per_100_pupils'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
