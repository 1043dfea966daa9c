-- title: Projected residents by age
-- meaning: Residents projected from mid-year estimates, births, deaths and moves, by age.
-- unit: people
-- better: neither
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.population_projections
-- informs: mainstream, demographics
-- interval: none
-- decimals: 0
-- caveat: A projection goes on as things went: it is no forecast.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    case
        when age between 0 and 14 then '0 to 14'
        when age between 65 and 84 then '65 to 84'
        when age >= 85 or age_group ilike '%and over%' or age_group like '%+' then '85 and over'
        else '15 to 64'
    end as breakdown,
    area_code, any_value(area_name) as area_name, any_value(area_level) as area_level, null as area_vintage, period,
    any_value(period_start) as period_start, any_value(period_end) as period_end,
    sum(value) as value
from ons.population_projections
where sex = 'all' and (age is not null or age_group ilike '%and over%' or age_group like '%+')
group by breakdown, area_code, period
