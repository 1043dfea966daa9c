-- needs: ons.area_lookup
-- From small areas to the areas that people ask for. A LSOA goes to one ward by the official best fit, and lies wholly in one MSOA.
create table mart.small_area_fit as
select from_code, from_vintage, to_level, to_vintage, to_code, to_name, 'official best fit of LSOAs' as method
from ons.area_lookup
where lookup in ('lsoa11_wd17', 'lsoa11_wd21', 'lsoa21_wd22')
union all
select from_code, from_vintage, to_level, to_vintage, to_code, to_name, 'LSOAs nest in MSOAs'
from ons.area_lookup
where lookup = 'lsoa11_msoa11'
union all
-- The ONS names a LSOA after its MSOA, with a letter behind it: Birmingham 014A lies in Birmingham 014.
select distinct lsoa.from_code, lsoa.from_vintage, msoa.to_level, msoa.to_vintage, msoa.to_code, msoa.to_name, 'LSOAs nest in MSOAs'
from ons.area_lookup as lsoa
join ons.area_lookup as msoa on msoa.lookup = 'msoa11_msoa21_exact' and msoa.to_name = regexp_replace(lsoa.from_name, '[A-Z]$', '')
where lsoa.lookup = 'lsoa21_wd22';

comment on table mart.small_area_fit is
'Which ward and which MSOA a LSOA of the home area is counted in. Wards by the official best fit: mart.ward_fit says what it moves.';
comment on column mart.small_area_fit.from_code is 'GSS code of the LSOA.';
comment on column mart.small_area_fit.from_vintage is 'Year of its boundaries.';
comment on column mart.small_area_fit.to_level is 'ward or msoa.';
comment on column mart.small_area_fit.to_vintage is 'Year of the boundaries of that area; wards of 2017 are the 40 until 2018, those of 2021 and 2022 the 69 since.';
comment on column mart.small_area_fit.to_code is 'GSS code of that area.';
comment on column mart.small_area_fit.to_name is 'Its name.';
comment on column mart.small_area_fit.method is 'official best fit of LSOAs, or LSOAs nest in MSOAs.';

-- A census table at every level of area. Where the table itself has a level, its own figures stand: levels are perturbed apart in 2021.
-- Wards and MSOAs are sums of LSOAs, the city of its smallest areas; a sum of which a part is withheld is withheld.
create macro mart.census_levels(dataset) as table
with published as (
    select * exclude (status, marker, snapshot_id, source_part, source_row, vintage) from query_table(dataset)
),

levels as (select distinct area_level from published),

fitted as (
    select
        published.* replace (
            fit.to_code as area_code, fit.to_name as area_name, fit.to_level as area_level, fit.to_vintage as area_vintage,
            if(count(published.value) = count(*), sum(published.value), null) as value)
    from published
    join mart.small_area_fit as fit on fit.from_code = published.area_code and fit.from_vintage = published.area_vintage
    where fit.to_level not in (select area_level from levels)
    group by all
),

city as (
    select
        published.* replace (
            mart.home_area() as area_code, home.to_name as area_name, 'local_authority' as area_level,
            if(count(published.value) = count(*), sum(published.value), null) as value)
    from published
    cross join (select any_value(to_name) as to_name from ons.area_lookup where lookup = 'wd22_lad22' and to_code = mart.home_area()) as home
    where 'local_authority' not in (select area_level from levels)
        and published.area_level = case when 'lsoa' in (select area_level from levels) then 'lsoa' else 'msoa' end
    group by all
)

from published
union all by name
from fitted
union all by name
from city;

comment on macro table mart.census_levels is
'A census table at every level of area: from mart.census_levels(''ons.religion''). Wards and MSOAs are sums of LSOAs, the city of its small areas, where the table has no figures of its own for them.';

-- Neighbourhoods (LSOAs) by their rank among all of England, in the areas that hold them. `dataset` holds ranks as mhclg.deprivation does;
-- counted are those whose place, from 0 (most deprived) to 1 (least), is above `above` and at most `up_to`. Ties and the editions' own number
-- of LSOAs are taken as they come.
create macro mart.neighbourhoods_by_rank(dataset, above, up_to) as table
with ranked as (
    select *, value / count(*) over (partition by period) as place
    from query_table(dataset)
    where measure = 'imd_rank'
),

placed as (
    select
        district_code as area_code, district_name as area_name, 'local_authority' as area_level, null::varchar as area_vintage, period, place
    from ranked
    union all
    select ward.to_code, ward.to_name, 'ward', ward.to_vintage, ranked.period, ranked.place
    from ranked
    join ons.area_lookup as ward on ward.from_code = ranked.area_code
    where (ranked.period, ward.lookup) in (('2015', 'lsoa11_wd17'), ('2019', 'lsoa11_wd21'), ('2025', 'lsoa21_wd22'))
)

select
    area_code, area_name, area_level, area_vintage, period,
    make_date(period::integer, 1, 1) as period_start, make_date(period::integer, 12, 31) as period_end,
    count(*) filter (where place > above and place <= up_to) as numerator,
    count(*) as denominator
from placed
group by area_code, area_name, area_level, area_vintage, period;

comment on macro table mart.neighbourhoods_by_rank is
'Neighbourhoods of each authority and ward whose rank in deprivation lies between two shares of England''s: from mart.neighbourhoods_by_rank(''mhclg.deprivation'', 0, 0.1) counts those in the most deprived tenth.';
