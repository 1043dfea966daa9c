-- Key stage 4 of children looked after and in need. Grain: one row per school year, area, group of children and measure.
-- Example: 2023/24, E08000025, CLA 12 months at 31 March, attainment_8.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            t_pupils as 'pupils',
            avg_att8 as 'attainment_8',
            pt_l2basics_95 as 'english_mathematics_grade_5',
            pt_l2basics_94 as 'english_mathematics_grade_4',
            pt_ebacc_e_ptq_ee as 'ebacc_entry',
            avg_ebaccaps as 'ebacc_points',
            t_inp8calc as 'progress_8_pupils',
            avg_p8score as 'progress_8'
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
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('pupils', 'progress_8_pupils') then 'pupils'
        when measure in ('english_mathematics_grade_5', 'english_mathematics_grade_4', 'ebacc_entry') then 'percent'
        else 'score'
    end as unit,
    case when measure = 'progress_8' then number_of("p8score_CI_low") end as lower_ci,
    case when measure = 'progress_8' then number_of("p8score_CI_upp") end as upper_ci,
    _part as source_part,
    _row as source_row
from measured
