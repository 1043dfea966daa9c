-- title: Neighbourhoods among the 10 % most deprived of England, edition of 2025
-- meaning: Share of an area's neighbourhoods (LSOAs of 2021) that are among the 10 % most deprived of England by the index of multiple
--   deprivation of 2025.
-- unit: percent
-- better: lower
-- levels: local_authority, ward
-- sources: mhclg.deprivation_2025, ons.area_lookup
-- informs: equality, neighbourhoods, deprivation
-- numerator: LSOAs among the 10 % most deprived of England
-- denominator: LSOAs of the area
-- interval: none
-- caveat: Other boundaries (33,755 LSOAs of 2021) and other methods than the editions before: an indicator of its own, not the next point
--   of that series.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

from mart.neighbourhoods_by_rank('mhclg.deprivation_2025', 0, 0.1)
