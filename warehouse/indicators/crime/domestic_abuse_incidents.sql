-- title: Domestic abuse incidents and crimes
-- meaning: Domestic abuse related incidents and crimes recorded by the police for every 1,000 people aged 16 and over.
-- unit: per 1,000
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ohid.public_health
-- informs: equality, rights, gender
-- interval: published
-- caveat: Of the whole police force: every authority of the West Midlands has one value. More may mean more trust in the police.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

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
where measure = 'domestic_abuse' and coalesce(period_range, '3y') is not null
