-- title: People on Universal Credit
-- meaning: People on Universal Credit for every 100 residents of all ages, by ward and month.
-- unit: per 100 residents
-- better: lower
-- levels: ward
-- sources: council.universal_credit_people, ons.ethnic_group, ons.area_lookup
-- informs: inclusive_growth, neighbourhoods, deprivation, employment
-- numerator: People on Universal Credit
-- denominator: Residents of all ages, census of 2021
-- interval: none
-- per: 100
-- caveat: In and out of work: not the unemployed. A rise is in part people who moved over from older benefits.
-- caveat: The residents are those of 2021, in the ward by the official best fit of LSOAs; mart.ward_fit says what the fit moves.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2013-01-01 Universal Credit comes in, benefit by benefit and place by place until 2026

select
    people.area_code, people.area_name, people.area_level, residents.area_vintage, people.period, people.period_start, people.period_end,
    people.value as numerator, residents.residents as denominator, people.status, people.marker
from council.universal_credit_people as people
-- Codes of the 69 wards are the same in the boundaries of 2018 to 2025.
join mart.census_groups as residents on residents.area_code = people.area_code
where residents.group_name = 'All' and residents.period = '2021' and residents.method = 'official best fit of LSOAs' and residents.area_vintage = '2022'
