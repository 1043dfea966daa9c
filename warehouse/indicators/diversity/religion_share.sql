-- title: Residents by religion
-- meaning: Share of usual residents by religion, as they answered a voluntary question of the census.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, lsoa
-- sources: ons.religion, ons.area_lookup
-- informs: connect, culture_and_sport, demographics
-- numerator: Residents of the religion
-- denominator: All usual residents
-- interval: none
-- caveat: A voluntary question: those who did not answer count in the denominator.
-- caveat: Wards and the city are sums of LSOAs.

with counted as (
    select part.religion as breakdown, part.area_code, part.area_name, part.area_level, part.area_vintage, part.period, part.period_start,
        part.period_end,
        part.value as numerator, everyone.value as denominator
    from ons.religion as part
    join ons.religion as everyone using (area_code, period)
    where everyone.religion_kind = 'total' and part.religion_kind = 'detailed'
)

from counted
union all by name
select
    counted.breakdown, ward.to_code as area_code, any_value(ward.to_name) as area_name, 'ward' as area_level,
        ward.to_vintage as area_vintage,
    counted.period, counted.period_start, counted.period_end, sum(counted.numerator) as numerator, sum(counted.denominator) as denominator
from counted
join ons.area_lookup as ward on ward.from_code = counted.area_code and ward.lookup = 'lsoa21_wd22'
group by counted.breakdown, ward.to_code, ward.to_vintage, counted.period, counted.period_start, counted.period_end
union all by name
select
    breakdown, mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level, area_vintage, period,
        period_start, period_end,
    sum(numerator) as numerator, sum(denominator) as denominator
from counted
group by breakdown, area_vintage, period, period_start, period_end
