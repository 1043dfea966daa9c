-- title: Neighbourhoods among the 10 % most deprived of England, by domain
-- meaning: Share of an authority's LSOAs in the most deprived tenth of England for income, employment, education, health, crime, barriers
--   to housing and living environment.
-- unit: percent
-- better: lower
-- levels: local_authority
-- sources: mhclg.deprivation_domains
-- informs: equality, neighbourhoods, deprivation
-- numerator: LSOAs in the most deprived tenth of England
-- denominator: LSOAs of the authority
-- interval: none
-- caveat: Ranks are relative to the England of the edition.

select
    deprivation.domain as breakdown, deprivation.district_code as area_code, deprivation.district_name as area_name,
        'local_authority' as area_level,
    null as area_vintage, deprivation.period,
    make_date(deprivation.period::integer, 1, 1) as period_start, make_date(deprivation.period::integer, 12, 31) as period_end,
    count(*) filter (where deprivation.value = 1) as numerator,
    count(*) as denominator
from mhclg.deprivation_domains as deprivation
where deprivation.measure = 'decile' and deprivation.domain <> 'imd'
group by deprivation.domain, deprivation.district_code, deprivation.district_name, deprivation.period
