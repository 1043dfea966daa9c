-- title: Residents by age, wards and small areas
-- meaning: Share of residents who are children (under 16), of working age (16 to 64) and older (65 and over), by ward, MSOA and LSOA.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.population_small_areas, ons.area_lookup
-- informs: neighbourhoods, young_people, demographics
-- numerator: Residents of the ages
-- denominator: Residents of all ages
-- interval: none
-- caveat: Estimates: those of small areas are surest in the years after a census. Students count where they study.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

with counted as (
    select
        area_code, area_name, area_level, area_vintage, period, period_start, period_end,
        sum(value) filter (where age_to < 16) as children,
        sum(value) filter (where age_from >= 16 and age_to < 65) as working_age,
        sum(value) filter (where age_from >= 65) as older_people,
        sum(value) as everyone
    from mart.census_levels('ons.population_small_areas')
    where age_kind = 'single_year'
    group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
)

select
    ages as breakdown, area_code, area_name, area_level, area_vintage, period, period_start, period_end, numerator, everyone as denominator
from counted unpivot (numerator for ages in (children as 'under 16', working_age as '16 to 64', older_people as '65 and over'))
