-- Economic activity of residents. Grain: one row per census, area and category.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    ACTIVITY as activity,
    case
        when ACTIVITY like 'Total%' then 'total'
        when ACTIVITY in (select group_of(ACTIVITY) from raw) then 'group'
        else 'detailed'
    end as activity_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'residents', 'people')
