-- Pupils of each school. Grain: one row per school year, school (or England by kind of school) and measure.
-- Example: 2018/19, england_sec, share_other_first_language -> 16.9 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            pupils,
            girls,
            boys,
            with_plan,
            share_with_plan,
            special_needs_support,
            share_special_needs_support,
            other_first_language,
            english_first_language,
            unclassified_first_language,
            share_other_first_language,
            share_english_first_language,
            share_unclassified_first_language,
            free_school_meals,
            free_school_meals_in_six_years,
            share_free_school_meals_in_six_years
        )
    )
)

select
    academic_year_label(academic_year) as period,
    academic_year_start(academic_year) as period_start,
    academic_year_end(academic_year) as period_end,
    -- Number 702 is of the schools of British forces overseas, which are in no authority.
    if(cell_text(authority) is null, 'E92000001', dfe_area_code(authority)) as area_code,
    if(cell_text(authority) is null, 'England', coalesce(dfe_area_name(authority), 'outside England''s authorities (' || authority || ')')) as area_name,
    if(school_urn = 'NAT', 'england', 'school') as coverage,
    if(school_urn = 'NAT', 'england_' || lower(school_number), cell_text(school_urn)) as school_code,
    cell_text(school_type) as school_type,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure in ('share_with_plan', 'share_special_needs_support', 'share_other_first_language', 'share_english_first_language', 'share_unclassified_first_language', 'share_free_school_meals_in_six_years') then 'percent'
        else 'pupils'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
