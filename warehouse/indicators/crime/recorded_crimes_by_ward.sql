-- title: Crimes recorded by the police, by ward
-- meaning: Crimes and incidents of antisocial behaviour that the police recorded in a month for every 1,000 residents, at the nearest point
--   of a street.
-- unit: per 1,000 residents
-- better: lower
-- levels: ward
-- sources: home_office.street_crime, ons.ethnic_group, ons.area_lookup
-- informs: rights, neighbourhoods, disadvantaged_youth
-- numerator: Crimes and incidents recorded in the month
-- denominator: Residents, census of 2021
-- interval: byar
-- per: 1000
-- caveat: Where people go out, shop and change trains there are more crimes than residents explain.
-- caveat: Wards are sums of LSOAs of 2011 or 2021, as the archive of the month has them, by the official best fit.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2023-05-01 of several offences of one course of conduct against one person the police record the most serious alone

with fit as (
    -- Codes of the 69 wards are the same in the boundaries of 2021 and 2022; a LSOA that was not redrawn stands in both lookups.
    select from_code, any_value(to_code) as ward_code
    from ons.area_lookup
    where lookup in ('lsoa11_wd21', 'lsoa21_wd22')
    group by from_code
)

select
    residents.area_code, any_value(residents.area_name) as area_name, 'ward' as area_level, any_value(residents.area_vintage) as area_vintage,
    crime.period, any_value(crime.period_start) as period_start, any_value(crime.period_end) as period_end,
    sum(crime.value) as numerator, any_value(residents.residents) as denominator
from home_office.street_crime as crime
join fit on fit.from_code = crime.area_code
join mart.census_groups as residents on residents.area_code = fit.ward_code
where residents.group_name = 'All' and residents.period = '2021' and residents.method = 'official best fit of LSOAs'
    and residents.area_vintage = '2022' and crime.measure = 'recorded_crimes'
group by residents.area_code, crime.period
