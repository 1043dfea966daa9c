-- Unpaid care. Grain: one row per census, area and category.
-- Example: 2021, E02001827, Provides no unpaid care -> 5571 people.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    CARE as care,
    case when CARE like 'Total%' then 'total' when CARE like 'Provides no %' then 'none' when CARE like 'Provides %' then 'some' end as care_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'residents', 'people')
