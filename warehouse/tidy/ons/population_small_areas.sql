-- Mid-year population of LSOAs. Grain: one row per year, area, sex and age.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    calendar_year_label(DATE) as period,
    make_date(single_year(DATE), 6, 30) as period_start,
    make_date(single_year(DATE), 6, 30) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    lower(SEX) as sex,
    AGE as age_band,
    if(AGE = 'All Ages', 'all_ages', 'single_year') as age_kind,
    coalesce(cast(nullif(regexp_extract(AGE, '([0-9]+)', 1), '') as integer), 0) as age_from,
    case when AGE <> 'All Ages' and not contains(AGE, '+') then cast(regexp_extract(AGE, '([0-9]+)', 1) as integer) end as age_to,
    'population' as measure,
    number_of(OBS_VALUE) as value,
    nomis_status(OBS_VALUE, OBS_STATUS_NAME) as status,
    case when OBS_VALUE is null then OBS_STATUS end as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
