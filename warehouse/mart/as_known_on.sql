-- A dataset as it was known at the end of a day. Grain: that of the dataset. Columns: its own, known_from and known_until.
-- Example: from mart.as_known_on('ons.population', date '2025-06-30') where area_code = 'E08000025';
create macro mart.as_known_on(dataset, day) as table
select *
from query_table(dataset || '_vintages')
where known_from < cast(day as date) + 1
    and (known_until is null or known_until >= cast(day as date) + 1);

comment on macro table mart.as_known_on is
'A dataset as it was known at the end of a day: from mart.as_known_on(''ons.population'', date ''2025-06-30''). Figures suppressed since are withheld.';
