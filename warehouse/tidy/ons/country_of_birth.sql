-- Country of birth of residents. Grain: one row per census, area and category.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    COUNTRY_OF_BIRTH as country_of_birth,
    case
        when COUNTRY_OF_BIRTH like 'Total%' then 'total'
        when COUNTRY_OF_BIRTH in (select group_of(COUNTRY_OF_BIRTH) from raw) then 'group'
        else 'detailed'
    end as country_of_birth_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'residents', 'people')
