-- title: Rank of the authority by the ministry's summary measures of deprivation
-- meaning: Place among English local authority districts, 1 the most deprived, by each of the five summary measures of the index of
--   multiple deprivation, as published.
-- unit: rank
-- better: higher
-- levels: local_authority
-- sources: mhclg.deprivation_summary
-- informs: equality, deprivation
-- interval: none
-- decimals: 0
-- caveat: The measures give different ranks: a sentence with a rank has to say which.

select
    case measure
        when 'rank_of_average_score' then 'average score'
        when 'rank_of_average_rank' then 'average rank'
        when 'rank_of_share_most_deprived' then 'share among the 10 % most deprived'
        when 'rank_of_extent' then 'extent'
        when 'rank_of_local_concentration' then 'local concentration'
    end as breakdown,
    area_code, area_name, area_level, area_vintage, period,
    make_date(period::integer, 1, 1) as period_start, make_date(period::integer, 12, 31) as period_end, value, status, marker
from mhclg.deprivation_summary
where domain = 'imd' and measure like 'rank_of_%'
