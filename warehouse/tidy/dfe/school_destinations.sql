-- Destinations after key stage 4. Grain: one row per school year of the tables, school or total, and measure.
-- Example: 2018/19, local_authority, 330, share_sustained -> 93 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            pupils,
            pupils_disadvantaged,
            pupils_not_disadvantaged,
            share_sustained,
            share_education,
            share_apprenticeship,
            share_employment,
            share_not_sustained,
            share_unknown,
            share_sustained_disadvantaged,
            share_education_disadvantaged,
            share_apprenticeship_disadvantaged,
            share_employment_disadvantaged,
            share_not_sustained_disadvantaged,
            share_unknown_disadvantaged,
            share_sustained_not_disadvantaged,
            share_education_not_disadvantaged,
            share_apprenticeship_not_disadvantaged,
            share_employment_not_disadvantaged,
            share_not_sustained_not_disadvantaged,
            share_unknown_not_disadvantaged
        )
    )
),

named as (
    select
        measured.*,
        map {'1': 'mainstream_school', '2': 'special_school', 'LA': 'local_authority', 'NAT': 'england'}[cell_text(record_type)] as coverage
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
        when measure in ('pupils', 'pupils_disadvantaged', 'pupils_not_disadvantaged') then 'pupils'
        else 'percent'
    end as unit,
    _part as source_part,
    _row as source_row
from named
