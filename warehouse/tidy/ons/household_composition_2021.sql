-- Household composition. Grain: one row per census, area and category.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    period, period_start, period_end, area_code, area_name, area_level, area_vintage,
    HOUSEHOLD_COMPOSITION as household_composition,
    case
        when HOUSEHOLD_COMPOSITION like 'Total%' then 'total'
        when HOUSEHOLD_COMPOSITION in (select group_of(HOUSEHOLD_COMPOSITION) from raw) then 'group'
        else 'detailed'
    end as household_composition_kind,
    measure, value, status, marker, unit, source_part, source_row
from nomis_census('raw', 'households', 'households')
