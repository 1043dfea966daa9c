-- title: Adults with a learning disability in paid employment
-- meaning: Share of adults with a learning disability known to the council who are in paid employment.
-- unit: percent
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ohid.public_health
-- informs: equality, inclusive_growth, employment
-- interval: published
-- caveat: Redefined in 2023/24.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2023-01-01 the measure was redefined (ASCOF 2E)

select
    sex as breakdown, area_code, area_name, area_level, null as area_vintage, period,
    make_date(left(period, 4)::integer, 1, 1) as period_start,
    case
        when contains(period, '/') then make_date(left(period, 4)::integer + 1, 3, 31)
        when contains(period, '-') then make_date(left(period, 2)::integer * 100 + right(period, 2)::integer, 12, 31)
        else make_date(left(period, 4)::integer, 12, 31)
    end as period_end,
    value, numerator, denominator, lower_ci, upper_ci, status, marker
from ohid.public_health
where measure = 'learning_disability_employment' and coalesce(period_range, '3y') is not null
