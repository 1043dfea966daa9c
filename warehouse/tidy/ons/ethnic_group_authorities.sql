-- Ethnic group of every local authority, Census 2021. Grain: one row per authority and group.
-- Example: 2021, E08000025, 'White: Irish' -> people.
select
    '2021' as period,
    date '2021-03-21' as period_start,
    date '2021-03-21' as period_end,
    gss_code(area_code) as area_code,
    area_name,
    area_level(gss_code(area_code)) as area_level,
    cell_text(split_part(group_name, ':', 1)) as broad_group,
    group_name as ethnic_group,
    'people' as measure,
    number_of(people) as value,
    marker_status(people) as status,
    marker_of(people) as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
-- 'Does not apply' is in the API's tables and in no other of the census.
where group_code <> '-8'
