-- Purchase card transactions. Grain: one row per row of a month's file: the source has no key.
-- Example: 2014-04, 2014-04-29, shell kings 587, gross_amount -> 52.32 pounds.
with cells as (
    select *, coalesce(upper(cell_text("ORIGINAL CUR")), 'GBP') as currency from raw
)

select
    strftime(month_start(month || ' ' || year), '%Y-%m') as period,
    month_start(month || ' ' || year) as period_start,
    month_end(month || ' ' || year) as period_end,
    'E08000025' as area_code,
    date_of("TRANS DATE") as transaction_date,
    cell_text("MERCHANT NAME") as merchant,
    cell_text("CARD NUMBER") as card,
    cell_text(DIRECTORATE) as directorate,
    cell_text("TRANS CAC CODE 1") as expense_code,
    cell_text("TRANS CAC DESC 1") as expense,
    cell_text("TRANS CAC CODE 2") as cost_centre_code,
    cell_text("TRANS CAC DESC 2") as cost_centre,
    cell_text("TRANS VAT DESC") as vat_code,
    currency,
    'gross_amount' as measure,
    number_of("ORIGINAL GROSS AMT") as value,
    coalesce(number_of("BILLING GROSS AMT"), case currency when 'GBP' then number_of("ORIGINAL GROSS AMT") end) as billing_amount,
    marker_status("ORIGINAL GROSS AMT") as status,
    marker_of("ORIGINAL GROSS AMT") as marker,
    case currency when 'GBP' then 'pounds' else currency end as unit,
    _part as source_part,
    _row as source_row
from cells
