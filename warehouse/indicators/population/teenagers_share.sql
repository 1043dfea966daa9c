-- title: Residents aged 10 to 19
-- meaning: Share of usual residents aged 10 to 19, by single years of age.
-- unit: percent
-- better: neither
-- levels: local_authority, combined_authority, county, region, country
-- sources: ons.population
-- informs: young_people, disadvantaged_youth
-- numerator: Residents aged 10 to 19
-- denominator: Residents of all ages
-- interval: none
-- caveat: Students count where they live in term time.
-- break: 2021-06-30 estimates from here on rest on the census of 2021; earlier ones were rolled forward from that of 2011

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where age_kind = 'single_year' and age_from between 10 and 19) as numerator,
    sum(value) filter (where age_kind = 'all_ages') as denominator
from ons.population
where sex = 'all'
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
