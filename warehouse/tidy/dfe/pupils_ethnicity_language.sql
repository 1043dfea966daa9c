-- Pupils by ethnic group and first language. Grain: one row per school year, area, school type, characteristic, category and measure.
-- Example: 2021/22, E08000025, Total, all, Total, pupils -> 206369.
with places as (
    select
        raw.*,
        case geographic_level when 'National' then country_code when 'Regional' then region_code else new_la_code end as area_code,
        case geographic_level when 'National' then country_name when 'Regional' then region_name else la_name end as area_name,
        case geographic_level when 'National' then 'country' when 'Regional' then 'region' when 'Local authority' then 'local_authority' end as area_level,
        case
            when ethnicity = 'Total' and language = 'Total' then 'all'
            when language = 'Total' then 'ethnicity'
            when ethnicity = 'Total' then 'language'
            else 'crossed'
        end as characteristic
    from raw
),

measured as (
    from places unpivot include nulls (printed for measure in (headcount as 'pupils', percent_of_pupils as 'share_of_pupils'))
)

select
    academic_year_label(time_period) as period,
    academic_year_start(time_period) as period_start,
    academic_year_end(time_period) as period_end,
    gss_code(area_code) as area_code,
    area_name,
    area_level,
    old_la_code as area_dfe_code,
    phase_type_grouping as school_type,
    characteristic,
    case characteristic when 'language' then language when 'crossed' then ethnicity || ' / ' || language else ethnicity end as category,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case measure when 'pupils' then 'pupils' else 'percent' end as unit,
    _part as source_part,
    _row as source_row
from measured
