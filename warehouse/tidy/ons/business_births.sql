-- Births of businesses, by local authority and year. Grain: one row per year and area.
-- Example: 2023, E08000025, business_births -> 6105 businesses.
from business_demography('raw', 'business_births')
