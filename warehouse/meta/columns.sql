-- One row per column of each dataset's current table: the data dictionary.
-- Example: select column_name, unit, meaning from meta.columns where dataset = 'ons.population' order by position;
create table meta.columns (
    dataset varchar, position integer, column_name varchar, type varchar, unit varchar, meaning varchar, in_grain boolean, primary key (dataset, column_name)
);
comment on table meta.columns is 'The data dictionary: one row per column of each current table.';
comment on column meta.columns.dataset is 'The dataset (meta.datasets).';
comment on column meta.columns.position is 'The place of the column in its table, from 1.';
comment on column meta.columns.column_name is 'The name of the column.';
comment on column meta.columns.type is 'Its DuckDB type.';
comment on column meta.columns.unit is 'Its unit; NULL where it has none, or where each row names its own.';
comment on column meta.columns.meaning is 'What it means.';
comment on column meta.columns.in_grain is 'Whether it is one of the columns that tell one row from another.';
