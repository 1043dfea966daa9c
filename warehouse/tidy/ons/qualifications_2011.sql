-- Highest qualification of residents aged 16 and over. Grain: one row per census, area and category.
-- Example: 2011, E02001827, No qualifications -> 938 people.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    QUALIFICATION as qualification,
    case when QUALIFICATION like 'All categories%' then 'total' else 'detailed' end as qualification_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'residents', 'people')
