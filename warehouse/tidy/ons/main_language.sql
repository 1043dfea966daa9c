-- Main language of every local authority, Census 2021. Grain: one row per authority and language.
-- Example: 2021, E08000025, 'Panjabi' -> people.
select
    '2021' as period,
    date '2021-03-21' as period_start,
    date '2021-03-21' as period_end,
    gss_code(area_code) as area_code,
    area_name,
    area_level(gss_code(area_code)) as area_level,
    language_name as main_language,
    'people' as measure,
    number_of(people) as value,
    marker_status(people) as status,
    marker_of(people) as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
-- 'Does not apply' is in the API's tables and in no other of the census.
where language_code <> '-8'
