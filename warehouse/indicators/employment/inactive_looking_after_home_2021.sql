-- title: Residents who look after home or family, census of 2021
-- meaning: Share of residents aged 16 and over who are economically inactive because they look after home or family, census of 2021.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.economic_activity_2021, ons.area_lookup
-- informs: inclusive_growth, equality, gender, employment
-- numerator: Residents who are inactive and look after home or family
-- denominator: All residents aged 16 and over
-- interval: none
-- caveat: The table of small areas does not tell women from men; ons.ethnic_group_activity does, for authorities.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where activity like 'Economically inactive%ooking after home or family') as numerator,
    sum(value) filter (where activity_kind = 'total') as denominator
from mart.census_levels('ons.economic_activity_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
