-- What only SQLite says this way; ../postgresql/dialect.sql answers to the same names.

-- name: begin_reading
BEGIN

-- name: begin_writing
BEGIN IMMEDIATE

-- name: tables
SELECT name FROM sqlite_master WHERE type = 'table'

-- Looks at a sample (see sqlite.py).
-- name: analyse
ANALYZE

-- name: clear_documents
DELETE FROM staged_document

-- name: clear_statements
DELETE FROM staged_statement

-- name: clear_terms
DELETE FROM staged_term

-- name: load_documents
INSERT INTO staged_document (id, publisher, url, title, published, licence)
VALUES (?, ?, ?, ?, ?, ?)

-- name: load_statements
INSERT INTO staged_statement (
    position, id, subject, predicate, value, language, document, retrieved, span, visibility,
    first_seen, last_seen
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: load_terms
INSERT INTO staged_term (id, scheme, term) VALUES (?, ?, ?)

-- name: load_organisations
INSERT INTO organisation (subject, name, sort_key, visibility) VALUES (?, ?, ?, ?)

-- name: load_locations
INSERT INTO location (subject, place, province, located_through) VALUES (?, ?, ?, ?)
