-- title: Spending on purchase cards
-- meaning: What the council spent on purchase cards in a month, gross.
-- unit: pounds
-- better: neither
-- levels: local_authority
-- sources: council.card_spend
-- informs: mainstream, rights
-- interval: none
-- decimals: 0
-- caveat: Purchase card transactions only, a small part of all spending. Five months of 2014 to 2017 are held.
-- caveat: Refunds are below zero and count as such.

select
    area_code, '${area_name}' as area_name, 'local_authority' as area_level, null as area_vintage, period, period_start, period_end,
    sum(billing_amount) as value
from council.card_spend
group by area_code, period, period_start, period_end
