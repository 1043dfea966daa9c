-- needs: ons.ethnic_group, ons.area_lookup
-- Residents by ethnic group for every level of area, wards among them. Grain: census, method, area, group.
-- Wards are sums of smaller areas: by the official best fit of LSOAs, or by the polygon that holds most of an output area.
create table mart.census_groups as
with published as (
    select
        period, period_start, period_end, area_level, area_vintage, 'as published' as method, area_code, area_name,
        case
            when group_kind = 'total' then 'All'
            when group_kind = 'broad' then broad_group
            when ethnic_group like 'White: English%' then 'White British'
        end as group_name,
        value as residents
    from ons.ethnic_group
    where group_kind in ('total', 'broad') or ethnic_group like 'White: English%'
),

polygons as (
    -- An output area goes to the ward of its LSOA, unless most of it lies in another.
    select lsoa.from_code, lsoa.from_vintage, ward.to_vintage, coalesce(exception.to_code, ward.to_code) as to_code
    from ons.area_lookup as lsoa
    join ons.area_lookup as ward on ward.from_code = lsoa.to_code and ward.lookup in ('lsoa11_wd17', 'lsoa11_wd21')
    left join mart.areas_by_polygon as exception
        on exception.from_code = lsoa.from_code and exception.from_vintage = '2011'
            and exception.to_vintage = ward.to_vintage
    where lsoa.lookup = 'oa11_lsoa11'
    union all
    select lsoa.to_code, '2021', '2017', coalesce(any_value(exception.to_code), min(ward.to_code))
    from ons.area_lookup as lsoa
    join ons.area_lookup as ward on ward.from_code = lsoa.from_code and ward.lookup = 'lsoa11_wd17'
    left join mart.areas_by_polygon as exception
        on exception.from_code = lsoa.to_code and exception.from_vintage = '2021'
            and exception.to_vintage = '2017'
    where lsoa.lookup = 'lsoa11_lsoa21_exact'
    group by lsoa.to_code
    union all
    select ward.from_code, ward.from_vintage, ward.to_vintage, coalesce(exception.to_code, ward.to_code)
    from ons.area_lookup as ward
    left join mart.areas_by_polygon as exception
        on exception.from_code = ward.from_code and exception.from_vintage = ward.from_vintage
            and exception.to_vintage = ward.to_vintage
    where ward.lookup = 'lsoa11_wd17'
),

ways as (
    select 'official best fit of LSOAs' as method, from_code, from_vintage, to_vintage, to_code
    from ons.area_lookup where lookup in ('lsoa11_wd17', 'lsoa11_wd21', 'lsoa21_wd22')
    union all
    select if(from_code like 'E00%', 'output areas by polygon', 'LSOAs by polygon'), from_code, from_vintage, to_vintage, to_code
    from polygons
    -- Where no polygon was looked at, the official best fit says it all.
    where exists (select 1 from mart.areas_by_polygon as looked join ons.area_lookup as mine on mine.from_code = looked.from_code)
),

names as (select to_code, any_value(to_name) as to_name from ons.area_lookup where to_level = 'ward' group by to_code),

wards as (
    select
        counted.period, counted.period_start, counted.period_end, 'ward' as area_level, ways.to_vintage as area_vintage, ways.method,
        ways.to_code as area_code, any_value(names.to_name) as area_name, counted.group_name, sum(counted.residents) as residents
    from published as counted
    join ways on ways.from_code = counted.area_code and ways.from_vintage = counted.area_vintage
    join names on names.to_code = ways.to_code
    group by all
),

counted as (from published union all by name from wards)

from counted
union all by name
-- The two groups that are all but one.
select total.* replace (if(part.group_name = 'White', 'Not White', 'Not White British') as group_name,
    total.residents - part.residents as residents)
from counted as total
join counted as part using (period, method, area_level, area_vintage, area_code)
where total.group_name = 'All' and part.group_name in ('White', 'White British');

comment on table mart.census_groups is
'Residents by ethnic group at every level of area, in the censuses of 2011 and 2021. Levels are perturbed apart in 2021: never mix them in one ratio. Wards are sums of smaller areas, by the method named.';
comment on column mart.census_groups.period is 'Year of the census.';
comment on column mart.census_groups.period_start is 'Census day.';
comment on column mart.census_groups.period_end is 'Census day.';
comment on column mart.census_groups.area_level is 'oa, lsoa, msoa, ward or local_authority.';
comment on column mart.census_groups.area_vintage is 'Year of the boundaries; wards of 2017 are the 40 until 2018, those of 2021 and 2022 the 69 since.';
comment on column mart.census_groups.method is 'as published; official best fit of LSOAs; output areas by polygon; LSOAs by polygon.';
comment on column mart.census_groups.area_code is 'GSS code of the area.';
comment on column mart.census_groups.area_name is 'Name of the area.';
comment on column mart.census_groups.group_name is 'All, White, Asian, Black, Mixed, Other, White British (where published), Not White, Not White British.';
comment on column mart.census_groups.residents is 'Usual residents. Unit: people.';
