-- title: Residents who are not White, every authority
-- meaning: Share of usual residents whose ethnic group is not one of the White groups, in every authority: to set the city beside others.
-- unit: percent
-- better: neither
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.ethnic_group_authorities
-- informs: mainstream, demographics
-- numerator: Residents outside the White groups
-- denominator: All usual residents
-- interval: none
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    sum(value) filter (where not starts_with(ethnic_group, 'White')) as numerator,
    sum(value) as denominator
from ons.ethnic_group_authorities
group by area_code, area_name, area_level, period, period_start, period_end
