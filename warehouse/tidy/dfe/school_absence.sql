-- Absence of each school. Grain: one row per school year, school (or England by kind of school) and measure.
-- Example: 2018/19, england_sec, absence_rate -> 5.5 percent.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            absence_rate,
            persistent_absence_rate
        )
    )
)

select
    academic_year_label(academic_year) as period,
    academic_year_start(academic_year) as period_start,
    academic_year_end(academic_year) as period_end,
    -- Number 702 is of the schools of British forces overseas, which are in no authority.
    if(authority = 'NAT', 'E92000001', dfe_area_code(authority)) as area_code,
    if(authority = 'NAT', 'England', coalesce(dfe_area_name(authority), 'outside England''s authorities (' || authority || ')')) as area_name,
    if(authority = 'NAT', 'england', 'school') as coverage,
    if(authority = 'NAT', 'england_' || lower(school_number), cell_text(school_urn)) as school_code,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    'percent' as unit,
    _part as source_part,
    _row as source_row
from measured
