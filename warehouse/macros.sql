-- The macros that tidy SQL shares. A cell is what a publisher printed (VARCHAR, NULL where the cell is empty).
-- Rule of all of them: an empty cell gives NULL; a cell that is none of the things the macro knows is an ERROR, never a silent NULL.
-- Examples stand behind each macro as `example -> result`; tests/unit/test_macros.py holds more.

-- == Cells ===========================================================================================================

-- The cell without blanks around it, the no-break space among them; NULL where nothing is left.  '  51% ' -> '51%'
create or replace macro cell_text(cell) as
    nullif(trim(replace(cell, chr(160), ' '), e' \t\r\n'), '');

-- == Markers: a publisher's symbol in place of a number ==============================================================

-- What the symbols mean: the Government Analysis Function's shorthand ([c], [x], ...), DfE's symbols (c, x, z, low, k, u; ':' and '~' before them), the
-- older harmonised symbols ('..' not available, '.' not applicable, '-' nil or negligible, '*' disclosive) and DfE's performance tables (SUPP, NE, ...).
-- Keys in lower case: publishers print both.
create or replace macro standard_markers() as map {
    'c': 'suppressed', '[c]': 'suppressed', '*': 'suppressed', 'supp': 'suppressed',
    'x': 'not_available', '[x]': 'not_available', ':': 'not_available', '~': 'not_available', '..': 'not_available', '...': 'not_available',
    '!': 'not_available', 'na': 'not_available', 'n/a': 'not_available', '#n/a': 'not_available', 'null': 'not_available', 'new': 'not_available',
    'np': 'not_available',
    'z': 'not_applicable', '[z]': 'not_applicable', '.': 'not_applicable', 'ne': 'not_applicable',
    'low': 'rounds_to_zero', '[low]': 'rounds_to_zero', 'k': 'rounds_to_zero', '-': 'rounds_to_zero', '--': 'rounds_to_zero', 'sp': 'rounds_to_zero',
    'u': 'low_reliability', '[u]': 'low_reliability', 'lowcov': 'low_reliability',
    '[w]': 'none_recorded',
    '[e]': 'estimated', '[f]': 'forecast', '[p]': 'provisional', '[r]': 'revised', '[b]': 'break_in_series'
};

-- The same for Nomis survey tables, which use four of the symbols in their own sense (notes below its exports): pass as `meanings`.
create or replace macro nomis_markers() as map_concat(standard_markers(), map {
    '!': 'suppressed', '*': 'low_reliability', '~': 'rounds_to_zero', '-': 'not_available'
});

-- The flag behind a number, in brackets, and nothing where there is none.  '12.3 [p]' -> '[p]'
create or replace macro flag_of(cell) as
    nullif(regexp_extract(cell_text(cell), '^[^\[]*[0-9)%]\s*(\[[A-Za-z0-9 ]+\])$', 1), '');

-- Why a cell is no plain number: 'suppressed', 'not_available', ...; 'missing' where it is empty; NULL for a plain number.
-- '[c]' -> 'suppressed';  '12.3 [p]' -> 'provisional';  '12.3' -> NULL
create or replace macro marker_status(cell, meanings := standard_markers()) as
    case
        when cell_text(cell) is null then 'missing'
        when meanings[lower(cell_text(cell))] is not null then meanings[lower(cell_text(cell))]
        when regexp_full_match(coalesce(flag_of(cell), cell_text(cell)), '\[note ?[0-9]+\]') then 'see_note'
        else meanings[lower(flag_of(cell))]
    end;

-- The publisher's symbol itself, as printed: `status` says what it means, in one vocabulary for all publishers, and this keeps what stood there.
-- NULL for a plain number and for an empty cell.  'c' -> 'c';  '12.3 [p]' -> '[p]';  '12.3' -> NULL
create or replace macro marker_of(cell) as
    case
        when regexp_full_match(cell, '-?[0-9]+(\.[0-9]+)?') or marker_status(cell) is null or cell_text(cell) is null then null
        else coalesce(flag_of(cell), cell_text(cell))
    end;

-- The digits of a printed number: pound and percent sign, thousands separators and a bracketed flag taken off; a negative in brackets gets its sign.
-- NULL where the cell is no number, or its thousands are not grouped by three.
-- '£1,234.50' -> '1234.50';  '(12)' -> '-12';  '51%' -> '51' (a percentage stays in percent);  '1,23' -> NULL
create or replace macro number_text(cell) as
    list_transform(
        [regexp_replace(regexp_replace(replace(cell_text(cell), '−', '-'), '\s*\[[A-Za-z0-9 ]+\]$', ''), '^\(([^()]+)\)(%?)$', '-\1\2')],
        lambda printed: case
            when regexp_full_match(printed, '[-+]?(£ ?)?[-+]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+|)(\.[0-9]*)?([eE][-+]?[0-9]+)?( ?%)?')
                and regexp_matches(printed, '^[-+£ ]*\.?[0-9]') and not regexp_matches(printed, '[-+]£? ?[-+]')
                then regexp_replace(printed, '[£,% ]', '', 'g')
        end)[1];

-- The number in a cell; NULL where it is empty or holds a marker.  '1,234' -> 1234.0;  'c' -> NULL;  '1,23' and 'abc' -> ERROR
create or replace macro number_of(cell) as
    case
        when regexp_full_match(cell, '-?[0-9]+(\.[0-9]+)?') then cast(cell as double)  -- nearly every cell, and nearly free
        when cell_text(cell) is null then null
        when standard_markers()[lower(cell_text(cell))] is not null or regexp_full_match(cell_text(cell), '\[note ?[0-9]+\]') then null
        else coalesce(cast(number_text(cell) as double), error('neither a number nor a known marker: ''' || cell || ''''))
    end;

-- The whole number in a cell, as number_of.  '1,234' -> 1234;  '12.5' -> ERROR
create or replace macro integer_of(cell) as
    case
        when number_of(cell) = floor(number_of(cell)) then cast(number_of(cell) as bigint)
        when number_of(cell) is null then null
        else error('not a whole number: ''' || cell || '''')
    end;

-- == Dates ===========================================================================================================

-- The date in a cell, the day before the month as in Britain; a time of day is dropped; a year of two digits is 2000 to 2068 or 1969 to 1999.
-- '2016-12-31', '31/12/2016', '31-12-2016', '31-Dec-16', '31 December 2016', '31/12/16' -> 2016-12-31;  '12/31/2016' -> ERROR
create or replace macro date_of(cell) as
    case
        when cell_text(cell) is null then null
        else coalesce(
            list_transform(
                [regexp_extract(cell_text(cell), '^(.*?)([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$', 1)],
                lambda day: case
                    when regexp_matches(day, '[0-9]{4}')
                        then try_strptime(day, ['%Y-%m-%d', '%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y', '%d-%b-%Y', '%d %b %Y', '%d %B %Y', '%Y/%m/%d', '%Y%m%d'])
                    else try_strptime(day, ['%d/%m/%y', '%d-%m-%y', '%d.%m.%y', '%d-%b-%y', '%d %b %y'])
                end)[1]::date,
            error('not a date: ''' || cell || ''''))
    end;

-- == Periods: years ==================================================================================================

-- The first of two consecutive years, however printed.  '202324', '2023/24', '2023/2024', '2023-24' -> 2023;  '202325' -> ERROR
create or replace macro split_year(cell) as
    case
        when cell_text(cell) is null then null
        else coalesce(
            list_transform(
                [regexp_extract(cell_text(cell), '^([0-9]{4})\s*[-/–]?\s*([0-9]{2}|[0-9]{4})$', ['first', 'second'])],
                lambda years: case
                    when years.second = right(cast(cast(nullif(years.first, '') as integer) + 1 as varchar), length(years.second))
                        then cast(years.first as integer)
                end)[1],
            error('not two consecutive years: ''' || cell || ''''))
    end;

-- One year of four digits.  '2023' -> 2023;  '23' -> ERROR
create or replace macro single_year(cell) as
    case
        when cell_text(cell) is null then null
        when regexp_full_match(cell_text(cell), '[0-9]{4}(\.0)?') then cast(left(cell_text(cell), 4) as integer)
        else error('not a year: ''' || cell || '''')
    end;

-- Academic year: 1 September to 31 August.  '202324' -> 2023-09-01, 2024-08-31, '2023/24'
create or replace macro academic_year_start(cell) as make_date(split_year(cell), 9, 1);
create or replace macro academic_year_end(cell) as make_date(split_year(cell) + 1, 8, 31);
create or replace macro academic_year_label(cell) as format('{:04d}/{:02d}', split_year(cell), (split_year(cell) + 1) % 100);

-- Financial year: 1 April to 31 March.  '2023-24' -> 2023-04-01, 2024-03-31, '2023-24'
create or replace macro financial_year_start(cell) as make_date(split_year(cell), 4, 1);
create or replace macro financial_year_end(cell) as make_date(split_year(cell) + 1, 3, 31);
create or replace macro financial_year_label(cell) as format('{:04d}-{:02d}', split_year(cell), (split_year(cell) + 1) % 100);

-- Tax year: 6 April to 5 April.  '2023-24' -> 2023-04-06, 2024-04-05, '2023-24'
create or replace macro tax_year_start(cell) as make_date(split_year(cell), 4, 6);
create or replace macro tax_year_end(cell) as make_date(split_year(cell) + 1, 4, 5);
create or replace macro tax_year_label(cell) as financial_year_label(cell);

-- Calendar year.  '2023' -> 2023-01-01, 2023-12-31, '2023'
create or replace macro calendar_year_start(cell) as make_date(single_year(cell), 1, 1);
create or replace macro calendar_year_end(cell) as make_date(single_year(cell), 12, 31);
create or replace macro calendar_year_label(cell) as cast(single_year(cell) as varchar);

-- == Periods: weeks, months, quarters ================================================================================

-- ISO week (Monday to Sunday) of a calendar year: week 1 is the one with 4 January in it.  (2022, 37) -> 2022-09-12, 2022-09-18
create or replace macro iso_week_start(year, week) as
    case
        when year is null or week is null then null
        when week between 1 and 53
            and isoyear(cast(date_trunc('week', make_date(cast(year as integer), 1, 4)) as date) + cast(7 * (week - 1) as integer)) = year
            then cast(date_trunc('week', make_date(cast(year as integer), 1, 4)) as date) + cast(7 * (week - 1) as integer)
        else error(format('{} has no ISO week {}', year, week))
    end;
create or replace macro iso_week_end(year, week) as iso_week_start(year, week) + 6;

-- A month, however printed, as its first day; the last day of a month is `last_day(...)`.
-- '2020-09', '2020M09', 'Sep 2020', 'September 2020', 'Sep-20', '202009' -> 2020-09-01;  '2020-13' -> ERROR
create or replace macro month_start(cell) as
    case
        when cell_text(cell) is null then null
        else coalesce(
            try_strptime(cell_text(cell), ['%Y-%m', '%YM%m', '%b %Y', '%B %Y', '%b-%y', '%b-%Y', '%Y %b', '%Y %B', '%Y%m', '%m/%Y'])::date,
            error('not a month: ''' || cell || ''''))
    end;
create or replace macro month_end(cell) as last_day(month_start(cell));

-- A span of months, as Nomis prints rolling years.  'Oct 2019-Sep 2020', 'Oct 2019 to Sep 2020' -> 2019-10-01, 2020-09-30
create or replace macro months_start(cell) as
    case
        when cell_text(cell) is null then null
        when regexp_full_match(cell_text(cell), '[A-Za-z]+ [0-9]{4}\s*(-|–|to)\s*[A-Za-z]+ [0-9]{4}')
            then month_start(regexp_extract(cell_text(cell), '^([A-Za-z]+ [0-9]{4})', 1))
        else error('not a span of months: ''' || cell || '''')
    end;
create or replace macro months_end(cell) as
    case when months_start(cell) is not null then month_end(regexp_extract(cell_text(cell), '([A-Za-z]+ [0-9]{4})$', 1)) end;

-- A quarter of a calendar year.  '2020 Q3', '2020-Q3', '2020Q3', 'Q3 2020' -> 2020-07-01, 2020-09-30
create or replace macro quarter_start(cell) as
    case
        when cell_text(cell) is null then null
        when regexp_full_match(cell_text(cell), '[0-9]{4}[- ]?Q[1-4]|Q[1-4][- ]?[0-9]{4}')
            then make_date(
                cast(regexp_extract(cell_text(cell), '[0-9]{4}') as integer), 3 * cast(regexp_extract(cell_text(cell), 'Q([1-4])', 1) as integer) - 2, 1)
        else error('not a quarter: ''' || cell || '''')
    end;
create or replace macro quarter_end(cell) as cast(quarter_start(cell) + interval 3 month - interval 1 day as date);

-- An ISO 8601 interval of whole years, months or days, or a point in time, as the ONS local indicators print them.
-- '2023-01-01/P1Y' -> 2023-01-01, 2023-12-31;  '2024-04-17' -> 2024-04-17, 2024-04-17
create or replace macro interval_start(cell) as date_of(split_part(cell_text(cell), '/', 1));
create or replace macro interval_end(cell) as
    case
        when cell_text(cell) is null then null
        when not contains(cell, '/') then date_of(cell)
        when regexp_full_match(split_part(cell_text(cell), '/', 2), 'P[0-9]+[YMD]')
            then cast(
                interval_start(cell)
                + case right(cell_text(cell), 1) when 'Y' then to_years(1) when 'M' then to_months(1) else to_days(1) end
                    * cast(regexp_extract(split_part(cell_text(cell), '/', 2), '[0-9]+') as integer)
                - interval 1 day as date)
        else error('not an interval of years, months or days: ''' || cell || '''')
    end;

-- == Periods of Explore Education Statistics (time_period, time_identifier) ==========================================

-- The code of a time identifier, printed in CSV as a label and in the API as a code.  'Academic year', 'AY' -> 'AY';  'Week 37' -> 'W37'
create or replace macro time_identifier_code(identifier) as
    case
        when cell_text(identifier) is null then null
        else coalesce(
            map {
                'academic year': 'AY', 'financial year': 'FY', 'calendar year': 'CY', 'tax year': 'TY', 'reporting year': 'RY',
                'autumn term': 'T1', 'spring term': 'T2', 'summer term': 'T3', 'autumn and spring term': 'T1T2',
                'part 1 (april to september)': 'P1', 'part 2 (october to march)': 'P2',
                'january': 'M1', 'february': 'M2', 'march': 'M3', 'april': 'M4', 'may': 'M5', 'june': 'M6',
                'july': 'M7', 'august': 'M8', 'september': 'M9', 'october': 'M10', 'november': 'M11', 'december': 'M12'
            }[lower(cell_text(identifier))],
            nullif(regexp_extract(cell_text(identifier), '^((AY|FY|CY|TY)(Q[1-4])?|RY|P[12]|T[123]|T1T2|W[1-9]|W[1-5][0-9]|M[1-9]|M1[0-2])$', 1), ''),
            'W' || nullif(regexp_extract(lower(cell_text(identifier)), '^week ([0-9]{1,2})$', 1), ''),
            regexp_replace(upper(nullif(regexp_extract(lower(cell_text(identifier)), '^(academic|financial|calendar|tax) year q[1-4]$'), '')), '^(.).*(Q.)$', '\1Y\2'),
            error('not a time identifier: ''' || identifier || ''''))
    end;

-- The number in a code of a time identifier: of the week, the month, the quarter.  'W37' -> 37;  'AYQ2' -> 2
create or replace macro time_identifier_number(code) as cast(regexp_extract(code, '([0-9]+)$', 1) as integer);

-- The month in which a period begins, counted from January of its (first) year, and how many months it lasts.  'AY' -> 9, 12;  'T2' -> 13, 3;  'FYQ2' -> 7, 3
create or replace macro ees_first_month(code) as
    case
        when code like 'M%' then time_identifier_number(code)
        when code in ('AY', 'T1', 'T1T2') then 9
        when code in ('FY', 'TY', 'P1') then 4
        when code in ('CY', 'RY') then 1
        when code = 'T2' then 13
        when code = 'T3' then 16
        when code = 'P2' then 10
        when code like '_YQ_'
            then case left(code, 1) when 'A' then 9 when 'C' then 1 else 4 end + 3 * (time_identifier_number(code) - 1)
    end;
create or replace macro ees_months(code) as
    case
        when code in ('AY', 'FY', 'TY', 'CY', 'RY') then 12
        when code like 'M%' then 1
        when code = 'T1' then 4
        when code = 'T3' then 5
        when code = 'T1T2' then 7
        when code in ('P1', 'P2') then 6
        else 3
    end;

-- The (first) year of an EES period: a week, a month, a calendar or reporting year goes with one year ('2022'), the rest with two ('202223').
create or replace macro ees_year(time_period, code) as
    case when regexp_matches(code, '^(W|M|CY|RY)') then single_year(time_period) else split_year(time_period) end;

-- A month counted from January of a year, as its first day.  (2023, 14) -> 2024-02-01
create or replace macro counted_month(year, month) as make_date(cast(year + (month - 1) // 12 as integer), cast((month - 1) % 12 + 1 as integer), 1);

-- First and last day of an EES period.  ('2022', 'Week 37') -> 2022-09-12, 2022-09-18;  ('202324', 'AYQ2') -> 2023-12-01, 2024-02-29
create or replace macro ees_start(year, code) as
    case
        when code like 'W%' then iso_week_start(year, time_identifier_number(code))
        else counted_month(year, ees_first_month(code)) + case when code like 'TY%' then 5 else 0 end
    end;
create or replace macro ees_end(year, code) as
    case
        when code like 'W%' then iso_week_end(year, time_identifier_number(code))
        else counted_month(year, ees_first_month(code) + ees_months(code)) + case when code like 'TY%' then 4 else -1 end
    end;
-- (A list of one, transformed, names the code once: written out at every place where it is used, the plan would grow beyond reason.)
create or replace macro ees_period_start(time_period, identifier) as
    list_transform(
        [{'year': ees_year(time_period, time_identifier_code(identifier)), 'code': time_identifier_code(identifier)}],
        lambda named: ees_start(named.year, named.code))[1];
create or replace macro ees_period_end(time_period, identifier) as
    list_transform(
        [{'year': ees_year(time_period, time_identifier_code(identifier)), 'code': time_identifier_code(identifier)}],
        lambda named: ees_end(named.year, named.code))[1];

-- The label of an EES period, one way of writing each.
-- ('202324', 'AY') -> '2023/24';  ('202324', 'T1') -> '2023/24 T1';  ('2022', 'Week 37') -> '2022 Week 37';  ('2021', 'M2') -> '2021-02'
create or replace macro ees_label(year, code) as
    case
        when code like 'M%' then format('{:04d}-{:02d}', year, time_identifier_number(code))
        else concat(
            case
                when code like 'W%' or code like 'CY%' or code = 'RY' then format('{:04d}', year)
                when code like 'FY%' or code like 'TY%' or code like 'P%' then format('{:04d}-{:02d}', year, (year + 1) % 100)
                else format('{:04d}/{:02d}', year, (year + 1) % 100)
            end,
            case
                when code like 'W%' then ' Week ' || time_identifier_number(code)
                when code like '%Q_' then ' ' || right(code, 2)
                when code in ('T1', 'T2', 'T3', 'T1T2', 'P1', 'P2') then ' ' || code
                else ''
            end)
    end;
create or replace macro ees_period_label(time_period, identifier) as
    case
        when cell_text(time_period) is not null and cell_text(identifier) is not null
            then list_transform(
                [{'year': ees_year(time_period, time_identifier_code(identifier)), 'code': time_identifier_code(identifier)}],
                lambda named: ees_label(named.year, named.code))[1]
    end;

-- == Areas ===========================================================================================================

-- Whether a cell is a GSS code: a letter and eight digits.  'E08000025' -> true;  '330', 'z' -> false
create or replace macro is_gss_code(cell) as coalesce(regexp_full_match(cell_text(cell), '[EWSNKLJM][0-9]{8}'), false);

-- The GSS code in a cell; NULL where it is empty or a marker stands for it.  ' E08000025 ' -> 'E08000025';  'z' -> NULL;  'E0800002' -> ERROR
create or replace macro gss_code(cell) as
    case
        when cell_text(cell) is null or standard_markers()[lower(cell_text(cell))] is not null then null
        when is_gss_code(upper(cell_text(cell))) then upper(cell_text(cell))
        else error('not a GSS code: ''' || cell || '''')
    end;

-- The kind of area that a GSS code names (ONS Register of Geographic Codes: the first three characters); NULL for a kind that is none of these.
-- 'E08000025' -> 'local_authority';  'E01009417' -> 'lsoa';  'E92000001' -> 'country'
create or replace macro area_level(code) as
    case
        when left(code, 3) in ('E00', 'W00', 'S00', 'N00') then 'oa'
        when left(code, 3) in ('E01', 'W01', 'S01', 'N20') then 'lsoa'
        when left(code, 3) in ('E02', 'W02', 'S02', 'N21') then 'msoa'
        when left(code, 3) in ('E05', 'W05', 'S13', 'N08') then 'ward'
        when left(code, 3) in ('E06', 'E07', 'E08', 'E09', 'W06', 'S12', 'N09') then 'local_authority'
        when left(code, 3) in ('E10', 'E11', 'E13') then 'county'
        when left(code, 3) = 'E12' then 'region'
        when left(code, 3) in ('E14', 'W07', 'S14', 'N05', 'N06') then 'parliamentary_constituency'
        when left(code, 3) = 'E47' then 'combined_authority'
        when left(code, 3) in ('E92', 'W92', 'S92', 'N92', 'K02', 'K03', 'K04') then 'country'
    end;
