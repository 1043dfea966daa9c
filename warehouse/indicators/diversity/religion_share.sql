-- title: Residents by religion
-- meaning: Share of usual residents by religion, as they answered a voluntary question of the census.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.religion, ons.area_lookup
-- informs: connect, culture_and_sport, demographics
-- numerator: Residents of the religion
-- denominator: All usual residents
-- interval: none
-- caveat: A voluntary question: those who did not answer count in the denominator.
-- caveat: Wards, MSOAs and the city are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves.

with counted as (from mart.census_levels('ons.religion'))

select
    part.religion as breakdown, part.area_code, part.area_name, part.area_level, part.area_vintage, part.period, part.period_start,
    part.period_end, part.value as numerator, everyone.value as denominator
from counted as part
join counted as everyone using (area_level, area_vintage, area_code, period)
where everyone.religion_kind = 'total' and part.religion_kind = 'detailed'
