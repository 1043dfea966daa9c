-- Proficiency in English of residents aged 3 and over. Grain: one row per census, area and category.
-- Example: 2021, E02001827, cannot speak English well -> 34 people.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    PROFICIENCY as proficiency,
    case
        when PROFICIENCY like 'Main language is English%' then 'main_language'
        when PROFICIENCY like '%: Can speak%' then 'speaks_well'
        when PROFICIENCY like '%: Cannot speak%' then 'speaks_not_well'
    end as proficiency_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'residents', 'people')
