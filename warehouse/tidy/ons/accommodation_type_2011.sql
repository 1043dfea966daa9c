-- Accommodation type of households. Grain: one row per census, area and category.
-- Example: 2011, E08000025, all categories -> 410736 households.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    ACCOMMODATION_TYPE as accommodation_type,
    case
        when ACCOMMODATION_TYPE like 'All categories%' then 'total'
        when ACCOMMODATION_TYPE like '%: Total' then 'group'
        else 'detailed'
    end as accommodation_type_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'households', 'households')
