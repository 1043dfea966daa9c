-- title: Adults in touch with mental health services in paid employment
-- meaning: Share of adults on the Care Programme Approach who are in paid employment.
-- unit: percent
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ohid.public_health
-- informs: equality, inclusive_growth, mental_health, employment
-- interval: published
-- caveat: Withdrawn after 2023: nothing later may be put in its place.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2023-04-01 the measure was withdrawn (ASCOF 1F); what other measures follow are not this one

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
where measure = 'mental_health_employment' and coalesce(period_range, '3y') is not null
