-- title: Neighbourhoods among the 10 % most deprived of England
-- meaning: Share of an area's neighbourhoods (LSOAs) that are among the 10 % most deprived of England by the index of multiple
--   deprivation.
-- unit: percent
-- better: lower
-- levels: local_authority, ward
-- sources: mhclg.deprivation, ons.area_lookup
-- informs: equality, neighbourhoods, deprivation
-- numerator: LSOAs among the 10 % most deprived of England
-- denominator: LSOAs of the area
-- interval: none
-- caveat: Ranks are relative: a neighbourhood can fall in rank while its circumstances improve. Editions are not a time series of how
--   deprived the city is.
-- caveat: An LSOA counts whole, whatever its number of residents. Wards by official best fit; the city's 40 wards in 2015 and 69 in 2019.
-- break: 2019-01-01 another edition of the indices: other indicators within it, and ranks are relative to the England of their time

from mart.neighbourhoods_by_rank('mhclg.deprivation', 0, 0.1)
