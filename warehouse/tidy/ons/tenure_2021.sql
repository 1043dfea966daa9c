-- Tenure of households. Grain: one row per census, area and category.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    TENURE as tenure,
    case
        when TENURE like 'Total%' then 'total'
        when TENURE in (select group_of(TENURE) from raw) then 'group'
        else 'detailed'
    end as tenure_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'households', 'households')
