-- Children in relative low income families after housing costs. Grain: one row per financial year, area and measure.
-- Example: 2024-25, E08000025, children -> 115183 children.
with measured as (
    unpivot raw on children_2024, children_2025, percent_2024, percent_2025 into name cell value printed
),

areas as (
    select
        *,
        -- A ward's own code stands in the second of two columns with one header; the United Kingdom stands in both tables and is taken once.
        if(area_level = 'ward', gss_code("Area Code__2"), gss_code(area)) as code,
        -- 'FYE 2025' is the financial year that ends in March 2025.
        cast(cast(right(cell, 4) as integer) - 1 as varchar) || '-' || right(cell, 2) as financial_year
    from measured
    where area_level <> 'ward' or left("Area Code__2", 3) <> 'K02'
)

select
    financial_year_label(financial_year) as period,
    financial_year_start(financial_year) as period_start,
    financial_year_end(financial_year) as period_end,
    code as area_code,
    trim(regexp_replace(if(area_level = 'ward', ward, district), '\[note [0-9]+\]', '')) as area_name,
    area_level(code) as area_level,
    if(area_level = 'ward', gss_code(area), null) as district_code,
    if(area_level = 'ward', district, null) as district_name,
    if(cell like 'percent%', 'children_percent', 'children') as measure,
    -- Printed as '44.4%'; a spreadsheet may hold the share behind it.
    number_of(printed) * if(cell like 'percent%' and not contains(printed, '%'), 100, 1) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    if(cell like 'percent%', 'percent', 'children') as unit,
    _part as source_part,
    _row as source_row
from areas
