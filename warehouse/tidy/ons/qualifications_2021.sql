-- Highest qualification of residents. Grain: one row per census, area and category.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    QUALIFICATION as qualification,
    case when QUALIFICATION like 'Total%' then 'total' else 'detailed' end as qualification_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'residents', 'people')
