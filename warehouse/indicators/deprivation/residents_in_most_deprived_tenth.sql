-- title: Residents of the 10 % most deprived neighbourhoods of England
-- meaning: Share of the city's residents who live in LSOAs among the 10 % most deprived of England.
-- unit: percent
-- better: lower
-- levels: local_authority, ward
-- sources: mhclg.deprivation, ons.ethnic_group, ons.area_lookup
-- informs: equality, neighbourhoods, deprivation
-- numerator: Residents (2011) of LSOAs among the 10 % most deprived of England
-- denominator: Residents (2011)
-- interval: none
-- caveat: Residents are those of the census of 2011, the last of the boundaries that both editions use.
-- caveat: Not everyone in a deprived neighbourhood is deprived.
-- caveat: Ranks are relative: a neighbourhood can fall in rank while its circumstances improve. Editions are not a time series of how
--   deprived the city is.
-- break: 2019-01-01 another edition of the indices: other indicators within it, and ranks are relative to the England of their time

with ranked as (
    select *, count(*) over (partition by period) as lsoas
    from mhclg.deprivation
    where measure = 'imd_rank'
),

peopled as (
    select ranked.*, people.value as residents
    from ranked
    join ons.ethnic_group as people on people.area_code = ranked.area_code and people.period = '2011' and people.group_kind = 'total'
),

placed as (
    select district_code as area_code, district_name as area_name, 'local_authority' as area_level, null as area_vintage, period, value,
        lsoas, residents
    from peopled
    where district_code = mart.home_area()
    union all
    select ward.to_code, ward.to_name, 'ward', ward.to_vintage, peopled.period, peopled.value, peopled.lsoas, peopled.residents
    from peopled
    join ons.area_lookup as ward on ward.from_code = peopled.area_code
    where (peopled.period, ward.lookup) in (('2015', 'lsoa11_wd17'), ('2019', 'lsoa11_wd21'))
)

select
    area_code, area_name, area_level, area_vintage, period, make_date(period::integer, 1, 1) as period_start, make_date(period::integer, 12,
    31) as period_end,
    coalesce(sum(residents) filter (where value <= 0.1 * lsoas), 0) as numerator,
    sum(residents) as denominator
from placed
group by area_code, area_name, area_level, area_vintage, period
