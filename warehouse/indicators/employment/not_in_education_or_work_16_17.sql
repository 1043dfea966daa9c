-- title: 16 and 17 year olds not in education, employment or training, or not known
-- meaning: Share of residents aged 16 and 17 who are not in education, employment or training, or whose activity the authority does not
--   know: to be read together, since one falls where the other grows.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, disadvantaged_youth, employment
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Averages of December to February.

select
    case measure
        when '16-17_not known_NEET' then 'all'
        when '16-17 NEET' then 'known to be'
        when '16-17_not known' then 'not known'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('16-17_not known_NEET', '16-17 NEET', '16-17_not known') and period_end is not null
