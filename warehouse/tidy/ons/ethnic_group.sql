-- Ethnic group of residents. Grain: one row per census, area and category (total, broad group, part of a group).
-- Example: 2011, E08000025, White -> 621636 people; 2021, E01008881, White -> 645 people.
with categories as (
    select
        *,
        -- 'Total: All usual residents' (2021), 'All usual residents' (2011)
        GROUP_NAME like 'Total%' or GROUP_NAME like 'All %' as is_total
    from nomis_census('raw', 'residents', 'people')
)

select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    case
        when is_total then 'All'
        when GROUP_NAME like 'White%' then 'White'
        when GROUP_NAME like 'Mixed%' then 'Mixed'
        when GROUP_NAME like 'Asian%' then 'Asian'
        when GROUP_NAME like 'Black%' then 'Black'
        when GROUP_NAME like 'Other%' then 'Other'
        else GROUP_NAME
    end as broad_group,
    GROUP_NAME as ethnic_group,
    case when is_total then 'total' when contains(GROUP_NAME, ':') then 'detailed' else 'broad' end as group_kind,
    measure, value, status, marker, unit, source_part, source_row
from categories
