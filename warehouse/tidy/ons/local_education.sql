-- School outcomes from early years to age 19, and absence, local areas, by school year. Grain: one row per period, area and indicator.
-- Example: 2018/19, E08000025, key_stage_2_expected -> 62 percent.
select
    academic_year_label(format('{:04d}{:02d}', year(interval_start(period)), (year(interval_start(period)) + 1) % 100)) as period,
    interval_start(period) as period_start,
    interval_end(period) as period_end,
    gss_code(areacd) as area_code,
    areanm as area_name,
    area_level(gss_code(areacd)) as area_level,
    case indicator
        when 'early-years-communication-language' then 'early_years_communication'
        when 'early-years-literacy' then 'early_years_literacy'
        when 'early-years-mathematics' then 'early_years_mathematics'
        when 'pupils-at-expected-standards-end-primary-school' then 'key_stage_2_expected'
        when 'gcses-equivalent-english-maths' then 'gcses_english_maths_by_19'
        when 'persistent-absences-all-pupils' then 'persistent_absence'
    end as measure,
    number_of(value) as value,
    case when cell_text(value) is null then marker_status(status) end as status,
    case when cell_text(value) is null then marker_of(status) end as marker,
    case unit when '%' then 'percent' when '£' then 'pounds' when 'yrs' then 'years' when 'Score out of 10' then 'score' else lower(unit) end as unit,
    _part as source_part,
    _row as source_row
from raw
-- A remainder that lies in no area (K99999999) is no area.
where area_level(gss_code(areacd)) is not null
