-- title: Average Attainment 8 score
-- meaning: Average score of pupils at the end of key stage 4 over eight qualifications, of all pupils and by group.
-- unit: points
-- better: higher
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, equality, education
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Groups are one at a time: none crosses ethnic group with disadvantage or sex.
-- break: 2016-09-01 GCSEs in English and mathematics are graded 9 to 1 and count for other points
-- break: 2019-09-01 grades were given by schools and not by examination in 2020 and 2021
-- break: 2021-09-01 examinations were held again

select
    case measure
        when 'AVG_Attain8_Score' then 'all'
        when 'AVG_Attain8_Score_Asian' then 'Asian'
        when 'AVG_Attain8_Score_Black' then 'Black'
        when 'AVG_Attain8_Score_Chine' then 'Chinese'
        when 'AVG_Attain8_Score_Mixed' then 'Mixed'
        when 'AVG_Attain8_Score_White' then 'White'
        when 'DAP_KS4_ATT8' then 'disadvantaged'
        when 'NonDAP_KS4_ATT8' then 'not disadvantaged'
        when 'FSM_AVG_Attain8_Score' then 'free school meals'
        when 'NonFSM_AVG_Attain8_Score' then 'no free school meals'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('AVG_Attain8_Score', 'AVG_Attain8_Score_Asian', 'AVG_Attain8_Score_Black', 'AVG_Attain8_Score_Chine',
    'AVG_Attain8_Score_Mixed', 'AVG_Attain8_Score_White', 'DAP_KS4_ATT8', 'NonDAP_KS4_ATT8', 'FSM_AVG_Attain8_Score',
    'NonFSM_AVG_Attain8_Score') and period_end is not null
