-- needs: mhclg.deprivation, ons.ethnic_group, ons.area_lookup
-- Wards by deprivation, and what the official best fit of LSOAs to wards moves.
-- Average rank of a ward's LSOAs, weighted by residents, is the ministry's own summary measure for larger areas; here ranks are of all
-- LSOAs of England.
create table mart.ward_deprivation as
with editions(edition, lookup) as (values ('2015', 'lsoa11_wd17'), ('2019', 'lsoa11_wd21')),

ranked as (
    select
        editions.edition, ward.to_vintage as area_vintage, ward.to_code as area_code, any_value(ward.to_name) as area_name,
        sum(people.value) as residents,
        sum(deprivation.value * people.value) / sum(people.value) as average_rank
    from editions
    join mhclg.deprivation as deprivation on deprivation.period = editions.edition and deprivation.measure = 'imd_rank'
    join ons.area_lookup as ward on ward.lookup = editions.lookup and ward.from_code = deprivation.area_code
    join ons.ethnic_group as people on people.area_code = ward.from_code and people.period = '2011' and people.group_kind = 'total'
    group by all
),

placed as (
    select
        *,
        -- The middle of the ward's place among all residents, from the most deprived (0) to the least (1).
        (sum(residents) over so_far - residents / 2) / sum(residents) over (partition by edition, area_vintage) as place
    from ranked
    window so_far as (partition by edition, area_vintage order by average_rank, area_code)
)

select *, 'fifth ' || least(5, 1 + floor(5 * place)::integer) as fifth
from placed
order by edition, average_rank;

comment on table mart.ward_deprivation is
'Wards of the home area by deprivation: the average rank of their LSOAs among those of England, weighted by residents of 2011; fifths hold a fifth of residents each. Fifth 1 is the most deprived of the home area.';
comment on column mart.ward_deprivation.edition is 'Edition of the indices of deprivation: 2015 for the 40 wards until 2018, 2019 for the 69 since.';
comment on column mart.ward_deprivation.area_vintage is 'Year of the ward boundaries.';
comment on column mart.ward_deprivation.area_code is 'GSS code of the ward.';
comment on column mart.ward_deprivation.area_name is 'Name of the ward.';
comment on column mart.ward_deprivation.residents is 'Residents of its LSOAs in 2011. Unit: people.';
comment on column mart.ward_deprivation.average_rank is 'Average rank of its LSOAs; 1 would be the most deprived in England.';
comment on column mart.ward_deprivation.place is 'The ward''s place among residents, 0 the most deprived to 1 the least.';
comment on column mart.ward_deprivation.fifth is 'fifth 1 (most deprived) to fifth 5.';

create table mart.ward_fit as
with homes as (
    -- An output area of 2011 and the LSOA that it is counted in: that of 2011, and that of 2021 where its LSOA was not split.
    select from_code, to_code as lsoa_code, '2011' as lsoa_vintage from ons.area_lookup where lookup = 'oa11_lsoa11'
    union all
    select oa.from_code, later.to_code, '2021'
    from ons.area_lookup as oa
    join ons.area_lookup as later on later.lookup = 'lsoa11_lsoa21_exact' and later.from_code = oa.to_code
    where oa.lookup = 'oa11_lsoa11' and later.change in ('unchanged', 'merged')
),

fitted as (
    select
        ward.lookup, ward.to_vintage as area_vintage, ward.to_code as area_code, ward.to_name as area_name,
        people.value as residents,
        -- What lies for the most part in another ward than that of its LSOA of 2011 is among the exceptions; others lie in that ward.
        coalesce(exception.to_code, former.to_code) <> ward.to_code as moved
    from homes
    join ons.area_lookup as ward
        on ward.from_code = homes.lsoa_code and ward.from_vintage = homes.lsoa_vintage and ward.lookup in ('lsoa11_wd17', 'lsoa11_wd21', 'lsoa21_wd22')
    join ons.ethnic_group as people on people.area_code = homes.from_code and people.period = '2011' and people.group_kind = 'total'
    join ons.area_lookup as oa on oa.lookup = 'oa11_lsoa11' and oa.from_code = homes.from_code
    join ons.area_lookup as former
        on former.from_code = oa.to_code and former.lookup = if(ward.lookup = 'lsoa11_wd17', 'lsoa11_wd17', 'lsoa11_wd21')
    left join mart.areas_by_polygon as exception
        on exception.from_code = homes.from_code and exception.from_vintage = '2011' and exception.to_vintage = former.to_vintage
)

select
    lookup, area_vintage, coalesce(area_code, 'all') as area_code, if(area_code is null, 'All wards', any_value(area_name)) as area_name,
    sum(residents) as residents,
    sum(residents) filter (where moved) as moved,
    coalesce(100 * sum(residents) filter (where moved) / sum(residents), 0) as percent_moved
from fitted
where exists (select 1 from mart.areas_by_polygon as looked join ons.area_lookup as mine on mine.from_code = looked.from_code)
group by grouping sets ((lookup, area_vintage), (lookup, area_vintage, area_code))
order by all;

comment on table mart.ward_fit is
'What the official best fit of LSOAs to wards moves: residents of 2011 whose output area lies, for the most part, in another ward than the one its LSOA is given to. The fit of LSOAs of 2021 is measured where an LSOA is that of 2011, or two of them: nineteen in twenty residents.';
comment on column mart.ward_fit.lookup is 'The official lookup (ons.area_lookup).';
comment on column mart.ward_fit.area_vintage is 'Year of the ward boundaries.';
comment on column mart.ward_fit.area_code is 'The ward to which residents are given by best fit; all for the sum.';
comment on column mart.ward_fit.area_name is 'Its name.';
comment on column mart.ward_fit.residents is 'Residents given to the ward. Unit: people.';
comment on column mart.ward_fit.moved is 'Those of them who live, by polygon, in another ward. Unit: people.';
comment on column mart.ward_fit.percent_moved is 'The same as a share. Unit: percent.';
