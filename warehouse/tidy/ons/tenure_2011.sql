-- Tenure of households. Grain: one row per census, area and category.
-- Example: 2011, E08000025, all categories -> 410736 households.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    TENURE as tenure,
    case
        when TENURE like 'All categories%' then 'total'
        when TENURE like '%: Total' then 'group'
        else 'detailed'
    end as tenure_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'households', 'households')
