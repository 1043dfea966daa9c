-- needs: ons.ethnic_group, ons.area_lookup
-- How evenly two groups of residents live over the small areas of the home area. Grain: census, level, boundaries, method, pair of groups.
-- Dissimilarity D = 1/2 sum |x_i/X - y_i/Y|; isolation = sum x_i/X * x_i/t_i; exposure of the first to the second = sum x_i/X * y_i/t_i,
-- with x, y the two groups, t all residents of small area i (Massey and Denton 1988). An area without residents adds nothing.
create table mart.segregation_contributions as
with pairs(group_name, compared_with) as (
    values ('Not White', 'White'), ('Not White British', 'White British'), ('Asian', 'White'), ('Black', 'White'), ('Mixed', 'White'),
        ('Other', 'White'), ('Asian', 'Black')
),

small as (
    from mart.census_groups
    where area_level <> 'local_authority'
),

paired as (
    select
        small.period, small.area_level, small.area_vintage, small.method, small.area_code, small.area_name, pairs.group_name,
            pairs.compared_with,
        small.residents, other.residents as compared, whole.residents as everyone
    from small
    join pairs on pairs.group_name = small.group_name
    join small as other using (period, area_level, area_vintage, method, area_code)
    join small as whole using (period, area_level, area_vintage, method, area_code)
    where other.group_name = pairs.compared_with and whole.group_name = 'All'
)

select
    period, area_level, area_vintage, method, area_code, area_name, group_name, compared_with, residents, compared, everyone,
    abs(residents / sum(residents) over city - compared / sum(compared) over city) / 2 as dissimilarity_part,
    if(everyone = 0, 0, residents / sum(residents) over city * residents / everyone) as isolation_part,
    if(everyone = 0, 0, residents / sum(residents) over city * compared / everyone) as exposure_part
from paired
window city as (partition by period, area_level, area_vintage, method, group_name, compared_with);

create table mart.segregation as
select
    period, area_level, area_vintage, method, group_name, compared_with,
    count(*) as areas,
    sum(residents) as residents,
    sum(compared) as compared,
    sum(everyone) as everyone,
    sum(dissimilarity_part) as dissimilarity,
    sum(isolation_part) as isolation,
    sum(exposure_part) as exposure
from mart.segregation_contributions
group by all
order by all;

comment on table mart.segregation is
'How evenly two groups of residents live over the small areas of the home area: one row per census, level, boundaries, method and pair. An index of one level or method is not that of another: the smaller the areas, the higher it is.';
comment on column mart.segregation.period is 'Year of the census.';
comment on column mart.segregation.area_level is 'The small areas that were compared: oa, lsoa, msoa or ward.';
comment on column mart.segregation.area_vintage is 'Year of their boundaries; wards of 2017 are the 40 until 2018, those of 2021 and 2022 the 69 since.';
comment on column mart.segregation.method is 'How the counts of the small areas came about (mart.census_groups).';
comment on column mart.segregation.group_name is 'The first group.';
comment on column mart.segregation.compared_with is 'The second group.';
comment on column mart.segregation.areas is 'How many small areas there are.';
comment on column mart.segregation.residents is 'Residents of the first group. Unit: people.';
comment on column mart.segregation.compared is 'Residents of the second group. Unit: people.';
comment on column mart.segregation.everyone is 'All residents. Unit: people.';
comment on column mart.segregation.dissimilarity is 'Share of one group that would have to move for both to be spread alike. Unit: index 0 to 1.';
comment on column mart.segregation.isolation is 'Share of own group among the neighbours of an average member of the first group. Unit: index 0 to 1.';
comment on column mart.segregation.exposure is 'Share of the second group among the neighbours of an average member of the first. Unit: index 0 to 1.';
comment on table mart.segregation_contributions is 'What each small area adds to the indices of mart.segregation: sum the parts over areas.';
comment on column mart.segregation_contributions.period is 'Year of the census.';
comment on column mart.segregation_contributions.area_level is 'Kind of small area.';
comment on column mart.segregation_contributions.area_vintage is 'Year of its boundaries.';
comment on column mart.segregation_contributions.method is 'How its counts came about (mart.census_groups).';
comment on column mart.segregation_contributions.area_code is 'GSS code of the small area.';
comment on column mart.segregation_contributions.area_name is 'Its name.';
comment on column mart.segregation_contributions.group_name is 'The first group.';
comment on column mart.segregation_contributions.compared_with is 'The second group.';
comment on column mart.segregation_contributions.residents is 'Residents of the first group. Unit: people.';
comment on column mart.segregation_contributions.compared is 'Residents of the second group. Unit: people.';
comment on column mart.segregation_contributions.everyone is 'All residents. Unit: people.';
comment on column mart.segregation_contributions.dissimilarity_part is 'Its part of the index of dissimilarity.';
comment on column mart.segregation_contributions.isolation_part is 'Its part of the isolation index.';
comment on column mart.segregation_contributions.exposure_part is 'Its part of the exposure index.';
