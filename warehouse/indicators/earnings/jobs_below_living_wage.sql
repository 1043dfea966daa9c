-- title: Jobs paid below the Living Wage
-- meaning: Share of employee jobs paid less than the voluntary Living Wage of the Living Wage Foundation, by place of work.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.jobs_below_living_wage
-- informs: inclusive_growth, equality, employment
-- numerator: Jobs paid below the Living Wage
-- denominator: Employee jobs
-- interval: none
-- caveat: Provisional, by place of work: jobs in the city, not residents of it.
-- caveat: From a sample of pay records.

select
    area_code, any_value(area_name) as area_name, any_value(area_level) as area_level, null as area_vintage, period,
    any_value(period_start) as period_start,
    any_value(period_end) as period_end,
    max(value) filter (where measure = 'share_below_living_wage') as value,
    max(value) filter (where measure = 'jobs_below_living_wage') as numerator,
    null as denominator,
    max(status) filter (where measure = 'share_below_living_wage') as status
from ons.jobs_below_living_wage
group by area_code, period
