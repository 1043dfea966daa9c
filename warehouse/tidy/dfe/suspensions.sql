-- Suspensions and permanent exclusions by local authority and characteristics of pupils. Grain: one row per school year, area, group and measure.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            headcount as 'pupils',
            perm_excl as 'permanent_exclusions',
            perm_excl_rate as 'permanent_exclusion_rate',
            suspension as 'suspensions',
            susp_rate as 'suspension_rate',
            one_plus_susp as 'pupils_suspended',
            one_plus_susp_rate as 'pupils_suspended_rate'
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
