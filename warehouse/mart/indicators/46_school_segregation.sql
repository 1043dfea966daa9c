-- needs: dfe.school_census
-- How evenly two groups of pupils are spread over the state-funded schools of the home area. Grain: school year, kind of school, pair of
-- groups.
-- Measures as in mart.segregation, with schools in the place of small areas. A school with a withheld count is left out, and counted.
create table mart.school_segregation as
with schools as (
    select
        period, period_start, period_end, school_code,
        case school_type when 'State-funded primary' then 'Primary' when 'State-funded secondary' then 'Secondary' end as school_phase,
        max(value) filter (where measure = 'pupils') as pupils,
        max(value) filter (where measure = 'other_first_language') as other_first_language,
        max(value) filter (where measure = 'english_first_language') as english_first_language,
        max(value) filter (where measure = 'free_school_meals') as free_school_meals
    from dfe.school_census
    where coverage = 'school' and area_code = mart.home_area() and school_type in ('State-funded primary', 'State-funded secondary')
    group by all
),

paired as (
    select period, period_start, period_end, school_phase, 'First language other than English' as group_name,
        'First language English' as compared_with,
        other_first_language as pupils_of_group, english_first_language as compared, pupils as everyone
    from schools
    union all
    select period, period_start, period_end, school_phase, 'Free school meals', 'No free school meals', free_school_meals,
        pupils - free_school_meals, pupils
    from schools
),

parts as (
    select
        *,
        pupils_of_group / sum(pupils_of_group) over city as share_of_group,
        compared / sum(compared) over city as share_of_compared
    from paired
    where pupils_of_group is not null and compared is not null and everyone > 0
    window city as (partition by period, school_phase, group_name)
)

select
    parts.period, parts.period_start, parts.period_end, parts.school_phase, parts.group_name, parts.compared_with,
    count(*) as schools,
    any_value(counted.schools) - count(*) as schools_left_out,
    sum(pupils_of_group) as pupils_of_group,
    sum(compared) as compared,
    sum(abs(share_of_group - share_of_compared)) / 2 as dissimilarity,
    sum(share_of_group * pupils_of_group / everyone) as isolation,
    sum(share_of_group * compared / everyone) as exposure
from parts
join (select period, school_phase, count(*) as schools from schools group by all) as counted using (period, school_phase)
group by all
order by all;

comment on table mart.school_segregation is
'How evenly two groups of pupils are spread over the state-funded schools of the home area: one row per school year, kind of school and pair of groups. Schools differ in size and intake; an index over schools is not one over neighbourhoods.';
comment on column mart.school_segregation.period is 'School year.';
comment on column mart.school_segregation.period_start is 'Its first day.';
comment on column mart.school_segregation.period_end is 'Its last day.';
comment on column mart.school_segregation.school_phase is 'Primary or Secondary.';
comment on column mart.school_segregation.group_name is 'The first group of pupils.';
comment on column mart.school_segregation.compared_with is 'The second group.';
comment on column mart.school_segregation.schools is 'How many schools were compared.';
comment on column mart.school_segregation.schools_left_out is 'How many more there are, whose counts are withheld.';
comment on column mart.school_segregation.pupils_of_group is 'Pupils of the first group. Unit: pupils.';
comment on column mart.school_segregation.compared is 'Pupils of the second group. Unit: pupils.';
comment on column mart.school_segregation.dissimilarity is 'Share of one group that would have to change school for both to be spread alike. Unit: index 0 to 1.';
comment on column mart.school_segregation.isolation is 'Share of own group among the fellow pupils of an average pupil of the first group. Unit: index 0 to 1.';
comment on column mart.school_segregation.exposure is 'Share of the second group among the fellow pupils of an average pupil of the first. Unit: index 0 to 1.';
