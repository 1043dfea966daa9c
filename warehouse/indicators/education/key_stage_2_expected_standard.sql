-- title: Pupils at the expected standard at the end of primary school
-- meaning: Share of pupils who reached the expected standard in reading, writing and mathematics at the end of key stage 2, of all pupils
--   and by group.
-- unit: percent
-- better: higher
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, equality, education
-- interval: none
-- decimals: 0
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: Groups are one at a time: White British disadvantaged boys, whom the strategy names, are in no open table of an authority.
-- break: 2019-09-01 no tests were held in 2020 and 2021

select
    case measure
        when 'KS2RWM_Expected_STD' then 'all'
        when 'DAP_NEW_KS2_RWM' then 'disadvantaged'
        when 'NonDAP_NEW_KS2_RWM' then 'not disadvantaged'
        when 'FSM_NEW_KS2_RWM' then 'free school meals'
        when 'NonFSM_NEW_KS2_RWM' then 'no free school meals'
        when 'KS2_NEW_Asian_RWM' then 'Asian'
        when 'KS2_NEW_Mixed_RWM' then 'Mixed'
        when 'KS2_NEW_White_RWM' then 'White'
        when 'KS2_NEW_Chine_RWM' then 'Chinese'
        when 'KS2_NEW_Other_RWM' then 'Other'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('KS2RWM_Expected_STD', 'DAP_NEW_KS2_RWM', 'NonDAP_NEW_KS2_RWM', 'FSM_NEW_KS2_RWM', 'NonFSM_NEW_KS2_RWM',
    'KS2_NEW_Asian_RWM', 'KS2_NEW_Mixed_RWM', 'KS2_NEW_White_RWM', 'KS2_NEW_Chine_RWM', 'KS2_NEW_Other_RWM') and period_end is not null
