-- title: Neighbourhoods among the 10 % most deprived of England
-- meaning: Share of an area's neighbourhoods (LSOAs) that are among the 10 % most deprived of England by the index of multiple
--   deprivation.
-- unit: percent
-- better: lower
-- levels: local_authority, ward
-- sources: mhclg.deprivation, ons.area_lookup
-- informs: equality, neighbourhoods, deprivation
-- numerator: LSOAs among the 10 % most deprived of England
-- denominator: LSOAs of the area
-- interval: none
-- caveat: Ranks are relative: a neighbourhood can fall in rank while its circumstances improve. Editions are not a time series of how
--   deprived the city is.
-- caveat: An LSOA counts whole, whatever its number of residents. Wards by official best fit; the city's 40 wards in 2015 and 69 in 2019.
-- break: 2019-01-01 another edition of the indices: other indicators within it, and ranks are relative to the England of their time

with ranked as (
    select *, count(*) over (partition by period) as lsoas
    from mhclg.deprivation
    where measure = 'imd_rank'
),

placed as (
    select district_code as area_code, district_name as area_name, 'local_authority' as area_level, null as area_vintage, period, value,
        lsoas
    from ranked
    union all
    select ward.to_code, ward.to_name, 'ward', ward.to_vintage, ranked.period, ranked.value, ranked.lsoas
    from ranked
    join ons.area_lookup as ward on ward.from_code = ranked.area_code
    where (ranked.period, ward.lookup) in (('2015', 'lsoa11_wd17'), ('2019', 'lsoa11_wd21'))
)

select
    area_code, area_name, area_level, area_vintage, period, make_date(period::integer, 1, 1) as period_start, make_date(period::integer, 12,
    31) as period_end,
    count(*) filter (where value <= 0.1 * lsoas) as numerator,
    count(*) as denominator
from placed
group by area_code, area_name, area_level, area_vintage, period
