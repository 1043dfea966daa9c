-- Economic activity by ethnic group and sex, Census 2021. Grain: one row per area, group, activity and sex.
-- Example: 2021, E08000025, a group, 'Economically inactive: …', female -> people.
select
    '2021' as period,
    date '2021-03-21' as period_start,
    date '2021-03-21' as period_end,
    gss_code(area_code) as area_code,
    area_name,
    area_level(gss_code(area_code)) as area_level,
    group_name as ethnic_group,
    activity_name as economic_activity,
    starts_with(activity_name, 'Economically active') as is_active,
    lower(sex_name) as sex,
    'people' as measure,
    number_of(people) as value,
    marker_status(people) as status,
    marker_of(people) as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
-- Children and 'does not apply'.
where group_code <> '-8' and activity_code <> '-8' and sex_code <> '-8'
