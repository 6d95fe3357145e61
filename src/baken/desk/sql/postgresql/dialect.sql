-- What only PostgreSQL says this way; ../sqlite/dialect.sql answers to the same names.

-- name: begin_reading
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- One writer at a time, as in SQLite; readers go on. The lock ends with the transaction.
-- name: begin_writing
BEGIN; SELECT pg_advisory_xact_lock(hashtext('baken desk'), hashtext(current_schema()))

-- name: tables
SELECT tablename FROM pg_tables WHERE schemaname = current_schema()
