-- Pupils by free school meals. Grain: one row per school year, area, school type, characteristic, eligibility and measure.
-- Example: 2021/22, E08000025, Total, Total, Total, Known to be eligible for free school meals, share_of_pupils -> 37.27 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            number_of_pupils as 'pupils',
            denominator as 'pupils_of_group',
            percent_of_pupils as 'share_of_pupils'
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
    phase_type_grouping as school_type,
    characteristic_group,
    characteristic,
    fsm_eligibility as free_school_meals,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure = 'share_of_pupils' then 'percent'
        else 'pupils'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
