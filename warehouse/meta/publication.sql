-- One row: this file.
-- Example: select published_at from meta.publication;
create table meta.publication (published_at timestamp, state varchar, datasets integer, rows bigint, duckdb_version varchar);
comment on table meta.publication is 'When and from what this file was made: one row.';
comment on column meta.publication.published_at is 'When it was made, UTC.';
comment on column meta.publication.state is 'Fingerprint of everything that it was made from: the same state is not published twice.';
comment on column meta.publication.datasets is 'How many datasets have a table here.';
comment on column meta.publication.rows is 'How many rows the current tables have together.';
comment on column meta.publication.duckdb_version is 'The version of DuckDB that wrote it; clients from 1.4 read it.';
