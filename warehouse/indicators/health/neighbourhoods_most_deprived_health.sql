-- title: Neighbourhoods of a ward among the 10 % most deprived in health and disability
-- meaning: Share of a ward's LSOAs in the most deprived tenth of England by the health and disability domain of the indices of
--   deprivation.
-- unit: percent
-- better: lower
-- levels: ward
-- sources: mhclg.deprivation_domains, ons.area_lookup
-- informs: equality, mental_health, deprivation
-- numerator: LSOAs in the most deprived tenth of England
-- denominator: LSOAs of the ward
-- interval: none
-- caveat: Wards by official best fit of LSOAs.
-- caveat: Ranks are relative to the England of the edition.

select
    ward.to_code as area_code, ward.to_name as area_name, 'ward' as area_level, ward.to_vintage as area_vintage, deprivation.period,
    make_date(deprivation.period::integer, 1, 1) as period_start, make_date(deprivation.period::integer, 12, 31) as period_end,
    count(*) filter (where deprivation.value = 1) as numerator,
    count(*) as denominator
from mhclg.deprivation_domains as deprivation
join ons.area_lookup as ward on ward.from_code = deprivation.area_code and ward.lookup = 'lsoa11_wd21'
where deprivation.measure = 'decile' and deprivation.domain = 'health'
group by ward.to_code, ward.to_name, ward.to_vintage, deprivation.period
