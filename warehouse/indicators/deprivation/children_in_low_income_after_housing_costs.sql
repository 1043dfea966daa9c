-- title: Children in relative low income families after housing costs
-- meaning: Share of children under 16 who live in families with less than 60 % of the median income after housing costs.
-- unit: percent
-- better: lower
-- levels: ward, local_authority, region, country
-- sources: dwp.low_income_families
-- informs: young_people, neighbourhoods, deprivation, housing
-- interval: none
-- caveat: After housing costs: not to be joined to the longer series before housing costs.
-- caveat: The publisher models families' incomes; figures of wards are uncertain.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dwp.low_income_families
where measure = 'children_percent'
