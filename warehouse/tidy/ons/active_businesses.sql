-- Active businesses, by local authority and year. Grain: one row per year and area.
-- Example: 2023, E08000025, active_businesses -> 42970 businesses.
from business_demography('raw', 'active_businesses')
