-- title: Residents of working age
-- meaning: Share of usual residents aged 16 to 64.
-- unit: percent
-- better: neither
-- levels: local_authority, combined_authority, county, region, country
-- sources: ons.population
-- informs: inclusive_growth, demographics
-- numerator: Residents aged 16 to 64
-- denominator: Residents of all ages
-- interval: none
-- caveat: Sixty-four is the end of the published band, not the age of retirement.
-- break: 2021-06-30 estimates from here on rest on the census of 2021; earlier ones were rolled forward from that of 2011

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where age_kind = 'band' and (age_from, age_to) in ((16, 24), (25, 49), (50, 64))) as numerator,
    sum(value) filter (where age_kind = 'all_ages') as denominator
from ons.population
where sex = 'all'
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
