-- title: Wards where over half of children are in low income families
-- meaning: Share of an authority's wards where more than half of children under 16 live in families with less than 60 % of the median
--   income after housing costs.
-- unit: percent
-- better: lower
-- levels: local_authority
-- sources: dwp.low_income_families
-- informs: young_people, neighbourhoods, deprivation
-- numerator: Wards with more than half of children in low income families
-- denominator: Wards of the authority
-- interval: none
-- caveat: After housing costs. Wards differ in size between authorities.

select
    district_code as area_code, district_name as area_name, 'local_authority' as area_level, null as area_vintage, period, period_start,
        period_end,
    count(*) filter (where value > 50) as numerator,
    count(*) as denominator
from dwp.low_income_families
where measure = 'children_percent' and area_level = 'ward' and value is not null
group by district_code, district_name, period, period_start, period_end
