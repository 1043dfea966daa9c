-- Mid-year population estimates. Grain: one row per year, area, sex and age band.
-- Example: 2021, E08000025, all, All Ages, population -> 1142494 people.
with cells as (
    select
        *,
        cast(C_AGE as integer) as age_code,
        -- '0 to 15', '0 - 4', '5-9', '65+', '10'
        regexp_extract(C_AGE_NAME, '([0-9]+)', 1) as first_age,
        regexp_extract(C_AGE_NAME, '[0-9]+\s*(?:to|-|–)\s*([0-9]+)', 1) as last_age
    from raw
)

select
    calendar_year_label(DATE) as period,
    make_date(single_year(DATE), 6, 30) as period_start,
    make_date(single_year(DATE), 6, 30) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nullif(regexp_extract(GEOGRAPHY_TYPE, '\(as of ([^)]+)\)', 1), '') as area_vintage,
    case GENDER_NAME when 'Total' then 'all' else lower(GENDER_NAME) end as sex,
    C_AGE_NAME as age_band,
    -- Nomis numbers its ages: 200 is all ages, 101 + age is a single year (191 is 90 and over), the rest are bands.
    case when age_code = 200 then 'all_ages' when age_code between 101 and 191 then 'single_year' else 'band' end as age_kind,
    case when age_code = 200 then 0 else cast(nullif(first_age, '') as integer) end as age_from,
    case
        when age_code = 200 or contains(C_AGE_NAME, '+') then null
        when last_age <> '' then cast(last_age as integer)
        else cast(nullif(first_age, '') as integer)
    end as age_to,
    'population' as measure,
    number_of(OBS_VALUE) as value,
    -- Nomis has one symbol (Q) for all that is missing and gives the reason in words.
    case when OBS_VALUE is null then if(OBS_STATUS_NAME ilike '%suppress%', 'suppressed', 'not_available') end as status,
    case when OBS_VALUE is null then OBS_STATUS end as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from cells
