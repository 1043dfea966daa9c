-- Key stage 4 by characteristics. Grain: one row per school year, area, characteristic, category, sex and measure.
-- Example: 2017/18, E08000025, ethnic_major, ASIAN, Total, pupils.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            t_pupils as 'pupils',
            t_att8 as 'attainment_8_points',
            t_inp8calc as 'progress_8_pupils',
            t_p8score as 'progress_8_points',
            t_ebacc_e_ptq_ee as 'ebacc_entries',
            t_ebaccaps as 'ebacc_points_sum',
            t_ebacc_94 as 'ebacc_grade_4_pupils',
            t_ebacc_95 as 'ebacc_grade_5_pupils',
            t_l2basics_94 as 'english_mathematics_grade_4_pupils',
            t_l2basics_95 as 'english_mathematics_grade_5_pupils'
        )
    )
)

select
    ees_period_label(time_period, time_identifier) as period,
    ees_period_start(time_period, time_identifier) as period_start,
    ees_period_end(time_period, time_identifier) as period_end,
    -- The file gives the code of London to each of its two parts; these are their own.
    coalesce(
        map {'Inner London': 'E13000001', 'Outer London': 'E13000002'}[if(geographic_level = 'Regional', region_name, null)],
        ees_area(geographic_level, country_code, region_code, new_la_code)
    ) as area_code,
    ees_area(geographic_level, country_name, region_name, la_name) as area_name,
    ees_area_level(geographic_level) as area_level,
    cell_text(old_la_code) as area_dfe_code,
    lower(breakdown) as characteristic,
    case lower(breakdown)
        when 'free_school_meals' then characteristic_free_school_meals
        when 'disadvantage' then characteristic_disadvantage
        when 'first_language' then characteristic_first_language
        when 'sen_status' then characteristic_sen_status
        when 'ethnic_major' then characteristic_ethnic_major
    end as category,
    characteristic_gender as sex,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('attainment_8_points', 'progress_8_points', 'ebacc_points_sum') then 'points'
        else 'pupils'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
