-- What only PostgreSQL says this way; ../sqlite/dialect.sql answers to the same names.

-- name: begin_reading
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- One writer at a time, as in SQLite; readers go on. The lock ends with the transaction.
-- name: begin_writing
BEGIN; SELECT pg_advisory_xact_lock(hashtext('baken'), hashtext(current_schema()))

-- name: tables
SELECT tablename FROM pg_tables WHERE schemaname = current_schema()

-- Without this, a store that was just filled is read by plans made for an empty one.
-- name: analyse
ANALYZE audience, document, statement, statement_term, organisation, location, facet

-- A row that is deleted stays in the way until the transaction ends; TRUNCATE makes room at once.
-- name: clear_documents
TRUNCATE staged_document

-- name: clear_statements
TRUNCATE staged_statement

-- name: clear_terms
TRUNCATE staged_term

-- name: load_documents
COPY staged_document (id, publisher, url, title, published, licence) FROM STDIN

-- name: load_statements
COPY staged_statement (
    position, id, subject, predicate, value, language, document, retrieved, span, visibility,
    first_seen, last_seen
) FROM STDIN

-- name: load_terms
COPY staged_term (id, scheme, term) FROM STDIN

-- name: load_organisations
COPY organisation (subject, name, sort_key, visibility) FROM STDIN

-- name: load_locations
COPY location (subject, place, province, located_through) FROM STDIN
