-- School outcomes from early years to age 19, and absence, local areas, by school year. Grain: one row per period, area and indicator.
-- Example: 2018/19, E08000025, key_stage_2_expected -> 62 percent.
select
    academic_year_label(format('{:04d}{:02d}', year(period_start), (year(period_start) + 1) % 100)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'early-years-communication-language' then 'early_years_communication'
        when 'early-years-literacy' then 'early_years_literacy'
        when 'early-years-mathematics' then 'early_years_mathematics'
        when 'pupils-at-expected-standards-end-primary-school' then 'key_stage_2_expected'
        when 'gcses-equivalent-english-maths' then 'gcses_english_maths_by_19'
        when 'persistent-absences-all-pupils' then 'persistent_absence'
    end as measure,
    value, status, marker, unit,
    source_part, source_row
from local_indicators('raw')
