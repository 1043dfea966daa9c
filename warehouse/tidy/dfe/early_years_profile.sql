-- Early years foundation stage profile. Grain: one row per school year, area, sex and measure.
-- Example: 2017/18, E08000025, Total, good_development -> 67.7 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            number_of_children as 'children',
            average_point_score as 'average_points',
            elg_percent as 'expected_level_in_all_goals',
            gld_number as 'children_with_good_development',
            gld_percent as 'good_development',
            comm_lang_lit_percent as 'expected_level_in_language_and_literacy'
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
    regexp_replace(cell_text(characteristic), '^Gender ', '') as sex,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('children', 'children_with_good_development') then 'children'
        when measure = 'average_points' then 'score'
        else 'percent'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
