-- title: Young people entering the youth justice system
-- meaning: Young people aged 10 to 17 cautioned or sentenced for the first time, for every 100,000 of that age.
-- unit: per 100,000
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: rights, disadvantaged_youth
-- interval: none
-- decimals: 0
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Fewer cautions are given than before: it falls with police practice as well as with offending.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'FirstYJS' and period_end is not null
