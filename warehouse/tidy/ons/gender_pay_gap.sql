-- Gender pay gap of full-time employees. Grain: one row per year, area of residence and measure.
-- Example: 2022, E08000025, median_gap -> percent.
with measured as (
    unpivot raw on median_gap, mean_gap into name measure value printed
)

select
    year as period,
    make_date(single_year(year), 4, 1) as period_start,
    make_date(single_year(year), 4, 30) as period_end,
    gss_code(Code) as area_code,
    cell_text(Description) as area_name,
    area_level(gss_code(Code)) as area_level,
    stage,
    measure,
    number_of(printed) as value,
    -- The survey's own key: x is too uncertain to print, '..' could show a person's pay.
    marker_status(printed, map_concat(standard_markers(), map {'x': 'low_reliability', '..': 'suppressed', ':': 'not_applicable'})) as status,
    marker_of(printed) as marker,
    'percent' as unit,
    _part as source_part,
    _row as source_row
from measured
where gss_code(Code) is not null
