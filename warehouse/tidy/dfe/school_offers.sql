-- Offers of school places. Grain: one row per year of entry, area, phase, year group and measure.
-- Example: 2018, E92000001, Primary, All primary, first_preference_offers -> 553309.
with measured as (
    -- An empty cell stays a row, with status 'missing': a figure that is withheld must not vanish.
    from raw unpivot include nulls (
        printed for measure in (
            admission_numbers as 'places',
            applications_received as 'applications',
            first_preference_offers as 'first_preference_offers',
            second_preference_offers as 'second_preference_offers',
            third_preference_offers as 'third_preference_offers',
            preferred_school_offer as 'preferred_school_offers',
            non_preferred_offer as 'non_preferred_offers',
            no_offer as 'no_offer'
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
    school_phase as education_phase,
    nc_year_admission as year_group,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure = 'places' then 'places'
        when measure in ('applications', 'no_offer') then 'applications'
        else 'offers'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
