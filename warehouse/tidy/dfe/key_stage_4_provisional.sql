-- Key stage 4 by school, provisional. Grain: one row per school year, school or total, and measure.
-- Example: 2018/19, local_authority, 330, attainment_8 -> 46.5.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            pupils,
            attainment_8,
            progress_8_pupils,
            progress_8,
            english_mathematics_grade_4,
            english_mathematics_grade_5,
            ebacc_points,
            ebacc_entry,
            ebacc_grade_4,
            ebacc_grade_5
        )
    )
),

named as (
    select
        measured.*,
        map {'1': 'mainstream_school', '2': 'special_school', '4': 'local_authority', '5': 'england', '7': 'england_state_funded'}[cell_text(record_type)] as coverage
    from measured
)

select
    academic_year_label(academic_year) as period,
    academic_year_start(academic_year) as period_start,
    academic_year_end(academic_year) as period_end,
    -- Number 702 is of the schools of British forces overseas, which are in no authority.
    if(cell_text(authority) is null, 'E92000001', dfe_area_code(authority)) as area_code,
    if(cell_text(authority) is null, 'England', coalesce(dfe_area_name(authority), 'outside England''s authorities (' || authority || ')')) as area_name,
    coverage,
    case when coverage in ('mainstream_school', 'special_school') then cell_text(school_urn) else coalesce(cell_text(authority), coverage) end as school_code,
    cell_text(school_name) as school_name,
    nullif(cell_text(school_type), '') as school_type,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('pupils', 'progress_8_pupils') then 'pupils'
        when measure in ('attainment_8', 'progress_8', 'ebacc_points') then 'score'
        else 'percent'
    end as unit,
    case when measure = 'progress_8' then number_of(progress_8_lower) end as lower_ci,
    case when measure = 'progress_8' then number_of(progress_8_upper) end as upper_ci,
    _part as source_part,
    _row as source_row
from named
