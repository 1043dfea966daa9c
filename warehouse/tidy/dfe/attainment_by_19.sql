-- Qualifications by age 19. Grain: one row per school year, area, characteristic and measure.
-- Example: 2004/05, E08000025, Total, Total, level_3 -> 37.9 percent.
with placed as (
    -- From 2005/06 three rows of an area are printed as Total; the one with the largest cohort is.
    select
        raw.*,
        if(characteristic <> 'Total', 1, row_number() over (
            partition by time_period, geographic_level, region_code, old_la_code, characteristic order by number_of(number_in_ss_cohort) desc
        )) as place
    from raw
),

measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from placed unpivot include nulls (
        printed for measure in (
            number_in_ss_cohort as 'cohort',
            l2_by19 as 'with_level_2',
            l2by19 as 'level_2',
            l2_with_em_by19 as 'with_level_2_english_mathematics',
            l2_with_emby19 as 'level_2_english_mathematics',
            l3_by19 as 'with_level_3',
            l3by19 as 'level_3'
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
    cell_text(characteristic_group) as characteristic_group,
    regexp_replace(cell_text(characteristic), '^(Gender|FSM Status|SEN Provision) ', '') || if(place = 1, '', ' (row ' || place || ')') as characteristic,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('level_2', 'level_2_english_mathematics', 'level_3') then 'percent'
        else 'people'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
