-- Key stage 2 by school. Grain: one row per school year, school or total, and measure.
-- Example: 2018/19, england_state_funded, reading_writing_mathematics_expected -> 65 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            pupils,
            share_disadvantaged,
            share_other_first_language,
            reading_writing_mathematics_expected,
            reading_writing_mathematics_higher,
            progress_reading,
            progress_writing,
            progress_mathematics,
            scaled_score_reading,
            scaled_score_mathematics,
            reading_writing_mathematics_expected_disadvantaged,
            reading_writing_mathematics_expected_not_disadvantaged
        )
    )
),

named as (
    select
        measured.*,
        map {'1': 'mainstream_school', '2': 'special_school', '3': 'local_authority', '4': 'england', '5': 'england_state_funded'}[cell_text(record_type)] as coverage
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
        when measure = 'pupils' then 'pupils'
        when measure in ('progress_reading', 'progress_writing', 'progress_mathematics', 'scaled_score_reading', 'scaled_score_mathematics') then 'score'
        else 'percent'
    end as unit,
    case measure
        when 'progress_reading' then number_of(progress_reading_lower)
        when 'progress_writing' then number_of(progress_writing_lower)
        when 'progress_mathematics' then number_of(progress_mathematics_lower)
    end as lower_ci,
    case measure
        when 'progress_reading' then number_of(progress_reading_upper)
        when 'progress_writing' then number_of(progress_writing_upper)
        when 'progress_mathematics' then number_of(progress_mathematics_upper)
    end as upper_ci,
    _part as source_part,
    _row as source_row
from named
