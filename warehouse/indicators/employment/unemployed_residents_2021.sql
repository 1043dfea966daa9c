-- title: Unemployed residents, census of 2021
-- meaning: Share of residents aged 16 and over who were without work, looking for it and able to start within two weeks, census of 2021.
-- unit: percent
-- better: lower
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.economic_activity_2021, ons.area_lookup
-- informs: inclusive_growth, neighbourhoods, employment
-- numerator: Unemployed residents, full-time students among them
-- denominator: All residents aged 16 and over
-- interval: none
-- caveat: Taken in lockdown, and people on furlough were to answer as working: lower than it would have been.
-- caveat: Of all residents, not of the economically active: not the unemployment rate.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where activity_kind = 'detailed' and activity like 'Economically active%Unemployed%') as numerator,
    sum(value) filter (where activity_kind = 'total') as denominator
from mart.census_levels('ons.economic_activity_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
