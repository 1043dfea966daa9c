-- Religion of residents. Grain: one row per census, area and category.
-- Example: 2021, E01008881, Christian -> 464 people.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    RELIGION as religion,
    case when RELIGION like 'Total%' then 'total' else 'detailed' end as religion_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'residents', 'people')
