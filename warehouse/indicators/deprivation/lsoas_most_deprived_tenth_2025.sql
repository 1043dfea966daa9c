-- title: Neighbourhoods among the 10 % most deprived of England, edition of 2025
-- meaning: Share of an area's neighbourhoods (LSOAs of 2021) that are among the 10 % most deprived of England by the index of multiple
--   deprivation of 2025.
-- unit: percent
-- better: lower
-- levels: local_authority, ward
-- sources: mhclg.deprivation_2025, ons.area_lookup
-- informs: equality, neighbourhoods, deprivation
-- numerator: LSOAs among the 10 % most deprived of England
-- denominator: LSOAs of the area
-- interval: none
-- caveat: Other boundaries (33,755 LSOAs of 2021) and other methods than the editions before: an indicator of its own, not the next point
--   of that series.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

with ranked as (
    select *, count(*) over (partition by period) as lsoas
    from mhclg.deprivation_2025
    where measure = 'imd_rank'
),

placed as (
    select district_code as area_code, district_name as area_name, 'local_authority' as area_level, null as area_vintage, period, value, lsoas
    from ranked
    union all
    select ward.to_code, ward.to_name, 'ward', ward.to_vintage, ranked.period, ranked.value, ranked.lsoas
    from ranked
    join ons.area_lookup as ward on ward.from_code = ranked.area_code and ward.lookup = 'lsoa21_wd22'
)

select
    area_code, area_name, area_level, area_vintage, period, make_date(period::integer, 1, 1) as period_start, make_date(period::integer, 12, 31) as period_end,
    count(*) filter (where value <= 0.1 * lsoas) as numerator,
    count(*) as denominator
from placed
group by area_code, area_name, area_level, area_vintage, period
