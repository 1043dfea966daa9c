-- title: Spending on purchase cards by kind
-- meaning: What the council spent on purchase cards in a month, by kind of expense: books, visits and events, and help for young people
--   among them.
-- unit: pounds
-- better: neither
-- levels: local_authority
-- sources: council.card_spend
-- informs: mainstream, culture_and_sport, disadvantaged_youth
-- interval: none
-- decimals: 0
-- caveat: Purchase card transactions only, a small part of all spending. Five months of 2014 to 2017 are held.
-- caveat: Refunds are below zero and count as such.
-- caveat: Kinds are ours, made from the council's expense codes as printed.

with kinds as (
    select
        *,
        case
            when expense in ('Books', 'N''Papers&Periodicals') then 'Books and newspapers'
            when expense in ('Visits Expenditure', 'Hospitality', 'Promotions/Marketing') then 'Visits, hospitality and events'
            when expense ilike 'Train%' then 'Training'
            when expense in ('Aftercare Assistance', 'Family Support S17', 'Personal Needs') then 'Help for young people and families'
            when regexp_matches(expense, '^(Vehicle|Travel|Ttavel|Transport)') then 'Vehicles and travel'
            else 'Everything else'
        end as kind
    from council.card_spend
)

select
    kind as breakdown, area_code, '${area_name}' as area_name, 'local_authority' as area_level, null as area_vintage, period, period_start,
        period_end,
    sum(billing_amount) as value
from kinds
group by kind, area_code, period, period_start, period_end
