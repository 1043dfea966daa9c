-- Payments to suppliers over 500 pounds. Grain: one row per payment, as the council printed it.
-- Example: a day, a supplier, a service -> an amount.
select
    strftime(date_of(date), '%Y-%m') as period,
    date_of(date) as payment_date,
    cell_text(supplier) as supplier_name,
    cell_text(service) as service,
    cell_text(purpose) as purpose,
    cell_text(transaction) as transaction_number,
    cast(number_of(amount) as decimal(18, 2)) as amount,
    _part as source_part,
    _row as source_row
from raw
