-- Ethnic group of residents. Grain: one row per census, area and category (total, broad group, part of a group).
-- Example: 2011, E08000025, White -> 621636 people; 2021, E01008881, White -> 645 people.
with categories as (
    select
        *,
        -- 'Total: All usual residents' (2021), 'All usual residents' (2011)
        GROUP_NAME like 'Total%' or GROUP_NAME like 'All %' as is_total
    from raw
)

select
    DATE as period,
    case DATE when '2011' then date '2011-03-27' when '2021' then date '2021-03-21' end as period_start,
    case DATE when '2011' then date '2011-03-27' when '2021' then date '2021-03-21' end as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    coalesce(
        nullif(regexp_extract(GEOGRAPHY_TYPE, '^(20[0-9]{2}) ', 1), ''),
        'before ' || nullif(regexp_extract(GEOGRAPHY_TYPE, '\(prior to ([^)]+)\)', 1), ''),
        nullif(regexp_extract(GEOGRAPHY_TYPE, '\(as of ([^)]+)\)', 1), '')
    ) as area_vintage,
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
    'residents' as measure,
    number_of(OBS_VALUE) as value,
    -- Nomis has one symbol (Q) for all that is missing and gives the reason in words.
    case when OBS_VALUE is null then if(OBS_STATUS_NAME ilike '%suppress%', 'suppressed', 'not_available') end as status,
    case when OBS_VALUE is null then OBS_STATUS end as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from categories
