-- title: Lone parents among households of one couple or lone parent with dependent children
-- meaning: Share of lone parents among households of one couple or one lone parent with dependent children.
-- unit: percent
-- better: neither
-- levels: local_authority
-- sources: ons.household_type_2011
-- informs: equality, gender, deprivation
-- numerator: Lone parent households with dependent children
-- denominator: Households of one couple or one lone parent with dependent children
-- interval: none
-- caveat: Other households with dependent children (a lone parent who lives with other adults, say) are not in it: the table does not tell
--   them apart.
-- caveat: 2011. Dependent children are under 16, or 16 to 18 in full-time education.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where household_type = 'Lone parent household: With dependent children') as numerator,
    sum(value) filter (where household_type_kind = 'detailed' and household_type ilike '%with dependent children%') as denominator
from ons.household_type_2011
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
