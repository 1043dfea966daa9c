-- Employee jobs paid below the Living Wage. Grain: one row per year, area of work and measure.
-- Example: 2022, E08000025, share_below_living_wage -> 12.1 percent.
with measured as (
    unpivot raw on jobs, percent into name printed_measure value printed
)

select
    year as period,
    make_date(single_year(year), 4, 1) as period_start,
    make_date(single_year(year), 4, 30) as period_end,
    gss_code(Code) as area_code,
    cell_text(Description) as area_name,
    area_level(gss_code(Code)) as area_level,
    stage,
    case printed_measure when 'jobs' then 'jobs_below_living_wage' else 'share_below_living_wage' end as measure,
    if(printed_measure = 'jobs', 1000, 1) * number_of(printed) as value,
    -- The survey's own key: x is too uncertain to print, '..' could show a person's pay.
    marker_status(printed, map_concat(standard_markers(), map {'x': 'low_reliability', '..': 'suppressed', ':': 'not_applicable'})) as status,
    marker_of(printed) as marker,
    case printed_measure when 'jobs' then 'jobs' else 'percent' end as unit,
    _part as source_part,
    _row as source_row
from measured
-- The last row is of jobs whose place is not known.
where gss_code(Code) is not null
