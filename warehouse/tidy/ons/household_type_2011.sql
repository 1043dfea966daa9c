-- Household type. Grain: one row per census, area and category.
-- Example: 2011, E08000025, all categories -> 410736 households.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    HOUSEHOLD_TYPE as household_type,
    case when HOUSEHOLD_TYPE like 'All categories%' then 'total' else 'detailed' end as household_type_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'households', 'households')
