-- title: Young people with a level 3 qualification by 19
-- meaning: Share of young people who hold a level 3 qualification (two A levels or the like) by the age of 19.
-- unit: percent
-- better: higher
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, inclusive_growth, education
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Young people count where they went to school at 15.

select
    case measure
        when 'Level3Age19' then 'all'
        when 'Level3_FMS_Attain' then 'free school meals'
        when 'NonFSM_L3_aged19' then 'no free school meals'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('Level3Age19', 'Level3_FMS_Attain', 'NonFSM_L3_aged19') and period_end is not null
