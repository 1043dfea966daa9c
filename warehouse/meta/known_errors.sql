-- One row per known error of a source that we live with.
-- Example: select dataset, what from meta.known_errors where until > current_date;
create table meta.known_errors (dataset varchar, position integer, what varchar, until date, primary key (dataset, position));
comment on table meta.known_errors is 'Known errors of the sources: one row each, with the day until which we live with it.';
comment on column meta.known_errors.dataset is 'The dataset (meta.datasets).';
comment on column meta.known_errors.position is 'Its place in the declaration, from 1.';
comment on column meta.known_errors.what is 'What is wrong.';
comment on column meta.known_errors.until is 'The last day on which it counts as known.';
