-- title: Rank of the authority by its share of neighbourhoods among the 10 % most deprived
-- meaning: Place among all English local authority districts, 1 the most deprived, by the share of their LSOAs among the 10 % most
--   deprived of England: one of the four summary measures that the ministry publishes.
-- unit: rank
-- better: higher
-- levels: local_authority
-- sources: mhclg.deprivation
-- informs: equality, deprivation
-- interval: none
-- decimals: 0
-- caveat: The four summary measures give four ranks: in 2015 the city was 6th by this one and by extent, 7th by average score, 11th by
--   average rank.
-- caveat: 326 districts in 2015, 317 in 2019.
-- break: 2019-01-01 another edition of the indices: other indicators within it, and ranks are relative to the England of their time

with shares as (
    select
        period, district_code, district_name,
        count(*) filter (where value <= 0.1 * lsoas) / count(*) as share
    from (select *, count(*) over (partition by period) as lsoas from mhclg.deprivation where measure = 'imd_rank') as ranked
    group by period, district_code, district_name
)

select
    district_code as area_code, district_name as area_name, 'local_authority' as area_level, null as area_vintage, period,
        make_date(period::integer, 1, 1) as period_start, make_date(period::integer, 12, 31) as period_end,
    rank() over (partition by period order by share desc) as value
from shares
