-- Unpaid care. Grain: one row per census, area and category.
-- Example: 2021, E02001827, Provides no unpaid care -> 5571 people.
select
    DATE as period,
    census_day(DATE) as period_start,
    census_day(DATE) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    CARE as care,
    case when CARE like 'Total%' then 'total' when CARE like 'Provides no %' then 'none' when CARE like 'Provides %' then 'some' end as care_kind,
    'residents' as measure,
    number_of(OBS_VALUE) as value,
    nomis_status(OBS_VALUE, OBS_STATUS_NAME) as status,
    case when OBS_VALUE is null then OBS_STATUS end as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
