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

-- == Nomis ===========================================================================================================

-- The boundaries that a kind of area names: their year or date; NULL where it names none.
-- '2021 output areas' -> '2021';  '... (as of April 2021)' -> 'April 2021';  '... (prior to April 2015)' -> 'before April 2015'
create or replace macro nomis_area_vintage(kind) as
    coalesce(
        nullif(regexp_extract(kind, '^(20[0-9]{2}) ', 1), ''),
        'before ' || nullif(regexp_extract(kind, '\(prior to ([^)]+)\)', 1), ''),
        nullif(regexp_extract(kind, '\(as of ([^)]+)\)', 1), ''));

-- Why a cell is empty. Nomis has one symbol (Q) for all that is missing and gives the reason in words. NULL where there is a number.
-- (NULL, 'Missing value') -> 'not_available';  (NULL, '... sample size is small (3-9).') -> 'low_reliability';  ('12', 'Normal Value') -> NULL
create or replace macro nomis_status(cell, words) as
    case
        when cell_text(cell) is not null then null
        when words ilike '%suppress%' or words ilike '%disclosive%' then 'suppressed'
        when words ilike '%unreliable%' then 'low_reliability'
        when words ilike '%less than 500%' then 'rounds_to_zero'
        else 'not_available'
    end;

-- The day of a census of England and Wales.  '2011' -> 2011-03-27;  '2021' -> 2021-03-21;  '2031' -> ERROR
create or replace macro census_day(year) as
    case year
        when '2001' then date '2001-04-29' when '2011' then date '2011-03-27' when '2021' then date '2021-03-21'
        else error('no census day known for: ' || year)
    end;

-- The category that one belongs to, by the colons of its name; NULL where it stands for itself.
-- 'Europe: EU countries: Other' -> 'Europe: EU countries';  'Active:In employment' -> 'Active';  'Africa' -> NULL
create or replace macro group_of(category) as nullif(regexp_extract(category, '^(.*):[^:]+$', 1), '');

-- The rows of a census table from Nomis (`rows`: the name of the table, 'raw'), with what all of them have in common made tidy: period, area, value,
-- status and where the row comes from. `counted` is what the table counts (residents, households), `unit` in what. The table's own columns stay.
create or replace macro nomis_census(rows, counted, unit_of_value) as table
    select
        *,
        DATE as period,
        census_day(DATE) as period_start,
        census_day(DATE) as period_end,
        gss_code(GEOGRAPHY_CODE) as area_code,
        GEOGRAPHY_NAME as area_name,
        area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
        nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
        counted as measure,
        number_of(OBS_VALUE) as value,
        nomis_status(OBS_VALUE, OBS_STATUS_NAME) as status,
        case when OBS_VALUE is null then OBS_STATUS end as marker,
        unit_of_value as unit,
        _part as source_part,
        _row as source_row
    from query_table(rows);

-- == Other services with one layout ===================================================================================

-- The rows of Explore Local Statistics (`rows`: the name of the table, 'raw') with what all its indicators have in common made tidy. Its own
-- `period`, an interval, stays as `printed_period`: a year is named as each indicator counts it. A remainder that lies in no area (K99999999) is left out.
create or replace macro local_indicators(rows) as table
    select
        * exclude (period, value, status, unit),
        period as printed_period,
        interval_start(period) as period_start,
        interval_end(period) as period_end,
        gss_code(areacd) as area_code,
        areanm as area_name,
        area_level(gss_code(areacd)) as area_level,
        number_of(value) as value,
        case when cell_text(value) is null then marker_status(status) end as status,
        case when cell_text(value) is null then marker_of(status) end as marker,
        case unit when '%' then 'percent' when '£' then 'pounds' when 'yrs' then 'years' when 'Score out of 10' then 'score' else lower(unit) end as unit,
        _part as source_part,
        _row as source_row
    from query_table(rows)
    where area_level(gss_code(areacd)) is not null;

-- The rows of a table of business demography, whose columns are years, one row per area and year. `counted` is what the table counts.
create or replace macro business_demography(rows, counted) as table
    with years as (
        unpivot (from query_table(rows)) on "2021", "2022", "2023", "2024", "2025", "2026" into name printed_year value printed
    )

    select
        calendar_year_label(printed_year) as period,
        calendar_year_start(printed_year) as period_start,
        calendar_year_end(printed_year) as period_end,
        gss_code(column_1) as area_code,
        -- An asterisk behind a name leads to a footnote.
        rtrim(cell_text(column_2), '* ') as area_name,
        area_level(gss_code(column_1)) as area_level,
        '2021' as area_vintage,
        counted as measure,
        number_of(printed) as value,
        marker_status(printed) as status,
        marker_of(printed) as marker,
        'businesses' as unit,
        _part as source_part,
        _row as source_row
    from years;

-- == Shapes ==========================================================================================================

-- The polygons of a GeoJSON geometry in degrees, each a list of rings of points: a Polygon is a MultiPolygon of one; NULL for another kind.
create or replace macro polygons_of(geometry) as from_json(
    case json_extract_string(geometry, '$.type')
        when 'Polygon' then json_array(json_extract(geometry, '$.coordinates'))
        when 'MultiPolygon' then json_extract(geometry, '$.coordinates')
    end, '[[[["DOUBLE"]]]]');

-- What a ring of points (longitude, latitude) encloses, in hectares: the surveyor's formula from its first point, in degrees, then metres per
-- degree at its latitude (series of the WGS 84 ellipsoid).
create or replace macro ring_hectares(ring) as
    abs(list_sum(list_transform(range(1, len(ring)), lambda place:
        (ring[place][1] - ring[1][1]) * (ring[place + 1][2] - ring[1][2]) - (ring[place + 1][1] - ring[1][1]) * (ring[place][2] - ring[1][2])))) / 2
    * (111132.954 - 559.822 * cos(2 * radians(ring[1][2])) + 1.175 * cos(4 * radians(ring[1][2])))
    * (111412.84 * cos(radians(ring[1][2])) - 93.5 * cos(3 * radians(ring[1][2]))) / 10000;

-- The size of polygons in hectares: the first ring bounds one, the others are holes in it. And how many points draw them.
create or replace macro polygons_hectares(polygons) as
    list_sum(list_transform(polygons, lambda polygon:
        ring_hectares(polygon[1]) - coalesce(list_sum(list_transform(polygon[2:], lambda hole: ring_hectares(hole))), 0)));
create or replace macro polygons_vertices(polygons) as
    list_sum(list_transform(polygons, lambda polygon: list_sum(list_transform(polygon, lambda ring: len(ring)))));

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

-- == Areas by the numbers of the Department for Education ============================================================

-- DfE's three-digit number of an authority or region, as its GSS code (of 2025; of an authority that has ended, its last). ONS recodes an authority, DfE keeps the number.
-- From expectations/reference/authorities.csv; England and the regions (970 to 990) as the Local Authority Interactive Tool numbers them.
create or replace macro dfe_area_codes() as map {
    '201': 'E09000001', '202': 'E09000007', '203': 'E09000011', '204': 'E09000012', '205': 'E09000013', '206': 'E09000019', '207': 'E09000020',
    '208': 'E09000022', '209': 'E09000023', '210': 'E09000028', '211': 'E09000030', '212': 'E09000032', '213': 'E09000033', '301': 'E09000002',
    '302': 'E09000003', '303': 'E09000004', '304': 'E09000005', '305': 'E09000006', '306': 'E09000008', '307': 'E09000009', '308': 'E09000010',
    '309': 'E09000014', '310': 'E09000015', '311': 'E09000016', '312': 'E09000017', '313': 'E09000018', '314': 'E09000021', '315': 'E09000024',
    '316': 'E09000025', '317': 'E09000026', '318': 'E09000027', '319': 'E09000029', '320': 'E09000031', '330': 'E08000025', '331': 'E08000026',
    '332': 'E08000027', '333': 'E08000028', '334': 'E08000029', '335': 'E08000030', '336': 'E08000031', '340': 'E08000011', '341': 'E08000012',
    '342': 'E08000013', '343': 'E08000014', '344': 'E08000015', '350': 'E08000001', '351': 'E08000002', '352': 'E08000003', '353': 'E08000004',
    '354': 'E08000005', '355': 'E08000006', '356': 'E08000007', '357': 'E08000008', '358': 'E08000009', '359': 'E08000010', '370': 'E08000016',
    '371': 'E08000017', '372': 'E08000018', '373': 'E08000019', '380': 'E08000032', '381': 'E08000033', '382': 'E08000034', '383': 'E08000035',
    '384': 'E08000036', '390': 'E08000037', '391': 'E08000021', '392': 'E08000022', '393': 'E08000023', '394': 'E08000024', '420': 'E06000053',
    '800': 'E06000022', '801': 'E06000023', '802': 'E06000024', '803': 'E06000025', '805': 'E06000001', '806': 'E06000002', '807': 'E06000003',
    '808': 'E06000004', '810': 'E06000010', '811': 'E06000011', '812': 'E06000012', '813': 'E06000013', '815': 'E06000065', '816': 'E06000014',
    '821': 'E06000032', '822': 'E06000055', '823': 'E06000056', '825': 'E06000060', '826': 'E06000042', '830': 'E10000007', '831': 'E06000015',
    '835': 'E10000009', '836': 'E06000029', '837': 'E06000028', '838': 'E06000059', '839': 'E06000058', '840': 'E06000047', '841': 'E06000005',
    '845': 'E10000011', '846': 'E06000043', '850': 'E10000014', '851': 'E06000044', '852': 'E06000045', '855': 'E10000018', '856': 'E06000016',
    '857': 'E06000017', '860': 'E10000028', '861': 'E06000021', '865': 'E06000054', '866': 'E06000030', '867': 'E06000036', '868': 'E06000040',
    '869': 'E06000037', '870': 'E06000038', '871': 'E06000039', '872': 'E06000041', '873': 'E10000003', '874': 'E06000031', '876': 'E06000006',
    '877': 'E06000007', '878': 'E10000008', '879': 'E06000026', '880': 'E06000027', '881': 'E10000012', '882': 'E06000033', '883': 'E06000034',
    '884': 'E06000019', '885': 'E10000034', '886': 'E10000016', '887': 'E06000035', '888': 'E10000017', '889': 'E06000008', '890': 'E06000009',
    '891': 'E10000024', '892': 'E06000018', '893': 'E06000051', '894': 'E06000020', '895': 'E06000049', '896': 'E06000050', '908': 'E06000052',
    '909': 'E10000006', '916': 'E10000013', '919': 'E10000015', '921': 'E06000046', '925': 'E10000019', '926': 'E10000020', '928': 'E10000021',
    '929': 'E06000057', '931': 'E10000025', '933': 'E06000066', '935': 'E10000029', '936': 'E10000030', '937': 'E10000031', '938': 'E10000032',
    '940': 'E06000061', '941': 'E06000062', '942': 'E06000063', '943': 'E06000064', '970': 'E92000001', '980': 'E12000001', '981': 'E12000002',
    '982': 'E12000003', '983': 'E12000004', '984': 'E12000005', '985': 'E12000006', '986': 'E12000007', '987': 'E13000001', '988': 'E13000002',
    '989': 'E12000008', '990': 'E12000009'
};

-- The GSS code of a DfE number; NULL for one that has none (702, schools overseas).  '330' -> 'E08000025';  '330.0' -> 'E08000025'
create or replace macro dfe_area_code(number) as dfe_area_codes()[regexp_extract(cell_text(number), '^([0-9]{3})(\.0)?$', 1)];

create or replace macro dfe_area_names() as map {
    '201': 'City of London', '202': 'Camden', '203': 'Greenwich', '204': 'Hackney', '205': 'Hammersmith and Fulham', '206': 'Islington',
    '207': 'Kensington and Chelsea', '208': 'Lambeth', '209': 'Lewisham', '210': 'Southwark', '211': 'Tower Hamlets', '212': 'Wandsworth',
    '213': 'Westminster', '301': 'Barking and Dagenham', '302': 'Barnet', '303': 'Bexley', '304': 'Brent', '305': 'Bromley', '306': 'Croydon',
    '307': 'Ealing', '308': 'Enfield', '309': 'Haringey', '310': 'Harrow', '311': 'Havering', '312': 'Hillingdon', '313': 'Hounslow',
    '314': 'Kingston upon Thames', '315': 'Merton', '316': 'Newham', '317': 'Redbridge', '318': 'Richmond upon Thames', '319': 'Sutton',
    '320': 'Waltham Forest', '330': 'Birmingham', '331': 'Coventry', '332': 'Dudley', '333': 'Sandwell', '334': 'Solihull', '335': 'Walsall',
    '336': 'Wolverhampton', '340': 'Knowsley', '341': 'Liverpool', '342': 'St. Helens', '343': 'Sefton', '344': 'Wirral', '350': 'Bolton',
    '351': 'Bury', '352': 'Manchester', '353': 'Oldham', '354': 'Rochdale', '355': 'Salford', '356': 'Stockport', '357': 'Tameside',
    '358': 'Trafford', '359': 'Wigan', '370': 'Barnsley', '371': 'Doncaster', '372': 'Rotherham', '373': 'Sheffield', '380': 'Bradford',
    '381': 'Calderdale', '382': 'Kirklees', '383': 'Leeds', '384': 'Wakefield', '390': 'Gateshead', '391': 'Newcastle upon Tyne',
    '392': 'North Tyneside', '393': 'South Tyneside', '394': 'Sunderland', '420': 'Isles of Scilly', '800': 'Bath and North East Somerset',
    '801': 'Bristol, City of', '802': 'North Somerset', '803': 'South Gloucestershire', '805': 'Hartlepool', '806': 'Middlesbrough',
    '807': 'Redcar and Cleveland', '808': 'Stockton-on-Tees', '810': 'Kingston upon Hull, City of', '811': 'East Riding of Yorkshire',
    '812': 'North East Lincolnshire', '813': 'North Lincolnshire', '815': 'North Yorkshire', '816': 'York', '821': 'Luton', '822': 'Bedford',
    '823': 'Central Bedfordshire', '825': 'Buckinghamshire', '826': 'Milton Keynes', '830': 'Derbyshire', '831': 'Derby',
    '835': 'Dorset (before April 2019)', '836': 'Poole', '837': 'Bournemouth', '838': 'Dorset', '839': 'Bournemouth, Christchurch and Poole',
    '840': 'County Durham', '841': 'Darlington', '845': 'East Sussex', '846': 'Brighton and Hove', '850': 'Hampshire', '851': 'Portsmouth',
    '852': 'Southampton', '855': 'Leicestershire', '856': 'Leicester', '857': 'Rutland', '860': 'Staffordshire', '861': 'Stoke-on-Trent',
    '865': 'Wiltshire', '866': 'Swindon', '867': 'Bracknell Forest', '868': 'Windsor and Maidenhead', '869': 'West Berkshire', '870': 'Reading',
    '871': 'Slough', '872': 'Wokingham', '873': 'Cambridgeshire', '874': 'Peterborough', '876': 'Halton', '877': 'Warrington', '878': 'Devon',
    '879': 'Plymouth', '880': 'Torbay', '881': 'Essex', '882': 'Southend-on-Sea', '883': 'Thurrock', '884': 'Herefordshire, County of',
    '885': 'Worcestershire', '886': 'Kent', '887': 'Medway', '888': 'Lancashire', '889': 'Blackburn with Darwen', '890': 'Blackpool',
    '891': 'Nottinghamshire', '892': 'Nottingham', '893': 'Shropshire', '894': 'Telford and Wrekin', '895': 'Cheshire East',
    '896': 'Cheshire West and Chester', '908': 'Cornwall', '909': 'Cumbria', '916': 'Gloucestershire', '919': 'Hertfordshire',
    '921': 'Isle of Wight', '925': 'Lincolnshire', '926': 'Norfolk', '928': 'Northamptonshire', '929': 'Northumberland', '931': 'Oxfordshire',
    '933': 'Somerset', '935': 'Suffolk', '936': 'Surrey', '937': 'Warwickshire', '938': 'West Sussex', '940': 'North Northamptonshire',
    '941': 'West Northamptonshire', '942': 'Cumberland', '943': 'Westmorland and Furness', '970': 'England', '980': 'North East',
    '981': 'North West', '982': 'Yorkshire and The Humber', '983': 'East Midlands', '984': 'West Midlands', '985': 'East of England',
    '986': 'London', '987': 'Inner London', '988': 'Outer London', '989': 'South East', '990': 'South West'
};

-- The name of the authority or region that DfE numbers so.  '330' -> 'Birmingham'
create or replace macro dfe_area_name(number) as dfe_area_names()[regexp_extract(cell_text(number), '^([0-9]{3})(\.0)?$', 1)];

-- The area of a row of an EES file, which names its country, region and authority side by side: the one of its own level. '' and markers are no code.
-- ('Local authority', 'E92000001', 'E12000005', 'E08000025') -> 'E08000025';  'National' -> 'E92000001'
create or replace macro ees_area(level, country, region, authority) as
    case cell_text(level)
        when 'National' then cell_text(country) when 'Regional' then cell_text(region) when 'Local authority' then cell_text(authority)
        else error('no area for the geographic level: ' || level)
    end;
create or replace macro ees_area_level(level) as map {'National': 'country', 'Regional': 'region', 'Local authority': 'local_authority'}[cell_text(level)];
