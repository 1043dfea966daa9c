-- Deaths of businesses, by local authority and year. Grain: one row per year and area.
-- Example: 2023, E08000025, business_deaths -> 5885 businesses.
with years as (
    unpivot raw on "2021", "2022", "2023", "2024", "2025", "2026" into name printed_year value printed
)

select
    calendar_year_label(printed_year) as period,
    calendar_year_start(printed_year) as period_start,
    calendar_year_end(printed_year) as period_end,
    gss_code(column_1) as area_code,
    rtrim(cell_text(column_2), '* ') as area_name,
    area_level(gss_code(column_1)) as area_level,
    '2021' as area_vintage,
    'business_deaths' as measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    'businesses' as unit,
    _part as source_part,
    _row as source_row
from years
