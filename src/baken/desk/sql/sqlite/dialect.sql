-- What only SQLite says this way; ../postgresql/dialect.sql answers to the same names.

-- name: begin_reading
BEGIN

-- name: begin_writing
BEGIN IMMEDIATE

-- name: tables
SELECT name FROM sqlite_master WHERE type = 'table'
