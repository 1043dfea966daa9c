-- Annual Population Survey. Grain: one row per period, area, table of the survey and category; the interval beside the estimate.
-- Example: Jan 2022-Dec 2022, E08000025, T01, In employment -> 493200 people, 458500 to 527900.
with cells as (
    select
        *,
        -- 'T01:28 (Aged 16-64 - In employment : All People )', 'T19:1 (Total - All people aged 16-64 : None )', 'T09a:1 (All people - … (SOC2010) : All people )'
        regexp_extract(COUNTED, '^(T[0-9]+[a-z]?):[0-9]+ \((.*)\)$', ['survey_table', 'said']) as named
    from raw
),

estimates as (
    select
        DATE, DATE_NAME, GEOGRAPHY_CODE, GEOGRAPHY_NAME, GEOGRAPHY_TYPE, named,
        max(OBS_VALUE) filter (where MEASURED = 'Value') as estimate,
        max(OBS_STATUS) filter (where MEASURED = 'Value') as symbol,
        max(OBS_STATUS_NAME) filter (where MEASURED = 'Value') as words,
        max(OBS_VALUE) filter (where MEASURED = 'Confidence') as half,
        max(OBS_STATUS) filter (where MEASURED = 'Confidence') as half_symbol,
        max(OBS_STATUS_NAME) filter (where MEASURED = 'Confidence') as half_words,
        min(_part) as source_part,
        min(_row) filter (where MEASURED = 'Value') as source_row
    from cells
    group by all
)

select
    DATE_NAME as period,
    months_start(DATE_NAME) as period_start,
    months_end(DATE_NAME) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    case named.survey_table when 'T01' then 'economic_activity' when 'T19' then 'qualifications' when 'T09a' then 'occupation' end as topic,
    named.survey_table as survey_table,
    case named.survey_table when 'T19' then trim(split_part(named.said, ' : ', 1)) else trim(split_part(named.said, ' - ', 1)) end as base,
    case named.survey_table
        when 'T19' then trim(split_part(named.said, ' : ', 2))
        else trim(regexp_extract(named.said, '^[^-]+(?:-64)? - (.*) : All [Pp]eople $', 1))
    end as category,
    'residents' as measure,
    number_of(estimate) as value,
    number_of(estimate) - number_of(half) as lower_ci,
    number_of(estimate) + number_of(half) as upper_ci,
    -- An estimate from a sample of three to nine is printed, its interval is not.
    coalesce(nomis_status(estimate, words), nomis_status(half, half_words)) as status,
    case when estimate is null then symbol when half is null then half_symbol end as marker,
    'people' as unit,
    source_part,
    source_row
from estimates
