-- Key stage 2 of children looked after and in need. Grain: one row per school year, area, group of children, subject and measure.
-- Example: 2024/25, E08000025, CLA 12 months at 31 March, reading_writing_mathematics, expected_standard -> 32 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for counted in (
            t_read_eligible_pupils as 'reading: eligible_pupils',
            pt_read_met_expected_standard as 'reading: expected_standard',
            t_writta_eligible_pupils as 'writing: eligible_pupils',
            pt_writta_met_expected_standard as 'writing: expected_standard',
            t_mat_eligible_pupils as 'mathematics: eligible_pupils',
            pt_mat_met_expected_standard as 'mathematics: expected_standard',
            t_rwm_eligible_pupils as 'reading_writing_mathematics: eligible_pupils',
            pt_rwm_met_expected_standard as 'reading_writing_mathematics: expected_standard',
            t_gps_eligible_pupils as 'grammar_punctuation_spelling: eligible_pupils',
            pt_gps_met_expected_standard as 'grammar_punctuation_spelling: expected_standard',
            t_scita_eligible_pupils as 'science: eligible_pupils',
            pt_scita_met_expected_standard as 'science: expected_standard'
        )
    )
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    ees_area(geographic_level, country_code, region_code, new_la_code) as area_code,
    ees_area(geographic_level, country_name, region_name, la_name) as area_name,
    ees_area_level(geographic_level) as area_level,
    cell_text(old_la_code) as area_dfe_code,
    social_care_group,
    version,
    split_part(counted, ': ', 1) as subject,
    split_part(counted, ': ', 2) as measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    if(counted like '%eligible_pupils', 'pupils', 'percent') as unit,
    _part as source_part,
    _row as source_row
from measured
