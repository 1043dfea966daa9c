-- title: Average deprivation rank of a ward
-- meaning: Average rank of the ward's LSOAs among those of England, weighted by residents; 1 would be the most deprived.
-- unit: rank
-- better: higher
-- levels: ward
-- sources: mhclg.deprivation, ons.ethnic_group, ons.area_lookup
-- informs: neighbourhoods, deprivation
-- interval: none
-- decimals: 0
-- caveat: Ranks are relative: a neighbourhood can fall in rank while its circumstances improve. Editions are not a time series of how
--   deprived the city is.
-- caveat: Weighted by residents of 2011; the ministry weights by its own mid-year estimates.
-- break: 2019-01-01 another edition of the indices: other indicators within it, and ranks are relative to the England of their time

select
    area_code, area_name, 'ward' as area_level, area_vintage, edition as period,
    make_date(edition::integer, 1, 1) as period_start, make_date(edition::integer, 12, 31) as period_end,
    average_rank as value
from mart.ward_deprivation
