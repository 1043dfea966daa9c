-- title: Average Progress 8 score
-- meaning: How much further pupils came between key stages 2 and 4 than pupils of England with the same start: 0 is the average of
--   England.
-- unit: points
-- better: higher
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, equality, education
-- interval: none
-- decimals: 2
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: None for 2024/25 and 2025/26: these pupils took no key stage 2 tests.
-- break: 2016-09-01 GCSEs in English and mathematics are graded 9 to 1 and count for other points
-- break: 2019-09-01 grades were given by schools and not by examination in 2020 and 2021
-- break: 2021-09-01 examinations were held again

select
    case measure
        when 'AVG_Prog8_Score' then 'all'
        when 'AVG_Prog8_Score_Asian' then 'Asian'
        when 'AVG_Prog8_Score_Black' then 'Black'
        when 'AVG_Prog8_Score_Chine' then 'Chinese'
        when 'AVG_Prog8_Score_Mixed' then 'Mixed'
        when 'AVG_Prog8_Score_White' then 'White'
        when 'DAP_KS4_Prog8' then 'disadvantaged'
        when 'NonDAP_KS4_Prog8' then 'not disadvantaged'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('AVG_Prog8_Score', 'AVG_Prog8_Score_Asian', 'AVG_Prog8_Score_Black', 'AVG_Prog8_Score_Chine', 'AVG_Prog8_Score_Mixed',
    'AVG_Prog8_Score_White', 'DAP_KS4_Prog8', 'NonDAP_KS4_Prog8') and period_end is not null
