-- title: Residents in managerial, professional and associate occupations
-- meaning: Share of residents in employment who work as managers, in professional or in associate professional occupations, census of
--   2021.
-- unit: percent
-- better: higher
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.occupation_2021, ons.area_lookup
-- informs: inclusive_growth, neighbourhoods, employment
-- numerator: Residents in major groups 1 to 3 of SOC 2020
-- denominator: Residents aged 16 and over in employment
-- interval: none
-- caveat: Where people live, not where the jobs are.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where regexp_matches(occupation, '^[123]\.? ')) as numerator,
    sum(value) filter (where occupation_kind = 'total') as denominator
from mart.census_levels('ons.occupation_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
