-- How one feed's statements are replaced (see syncing.py), the same on every database.

-- name: enrol_feed
INSERT INTO feed (number, name)
SELECT COALESCE(MAX(number), 0) + 1, :name FROM feed WHERE true
ON CONFLICT (name) DO NOTHING

-- name: feed_number
SELECT number FROM feed WHERE name = :name

-- name: set_fingerprint
UPDATE feed SET fingerprint = :fingerprint WHERE number = :feed

-- name: forget_landscape
DELETE FROM landscape

-- name: describe_landscape
INSERT INTO landscape (number, description) VALUES (1, :description)

-- Of the staged: all, known, of these retired, and said already by an earlier chunk.
-- name: count_staged
SELECT
    COUNT(*), COUNT(statement.id), COUNT(statement.retired),
    COUNT(CASE WHEN statement.sync = :sync THEN 1 END)
FROM staged_statement
LEFT JOIN statement ON statement.id = staged_statement.id AND statement.feed = :feed

-- name: merge_documents
INSERT INTO document (id, publisher, url, title, published, licence)
SELECT id, publisher, url, title, published, licence FROM staged_document WHERE true
ON CONFLICT (id) DO NOTHING

-- What an id is a hash of cannot differ; the rest is as the feed says it now. What an earlier chunk
-- of the same sync said stays: a repeated id counts once.
-- name: merge_statements
INSERT INTO statement (
    id, feed, subject, predicate, value, language, document, retrieved, span, visibility,
    first_seen, last_seen, position, sync
)
SELECT
    id, :feed, subject, predicate, value, language, document, retrieved, span, visibility,
    first_seen, last_seen, position, :sync
FROM staged_statement WHERE true
ON CONFLICT (id, feed) DO UPDATE SET
    document = excluded.document,
    retrieved = excluded.retrieved,
    span = excluded.span,
    visibility = excluded.visibility,
    first_seen = CASE
        WHEN excluded.first_seen < statement.first_seen THEN excluded.first_seen
        ELSE statement.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > statement.last_seen THEN excluded.last_seen
        ELSE statement.last_seen
    END,
    retired = NULL,
    position = excluded.position,
    sync = excluded.sync
WHERE statement.sync < excluded.sync

-- name: merge_terms
INSERT INTO statement_term (scheme, term, statement)
SELECT staged_term.scheme, staged_term.term, statement.number
FROM staged_term CROSS JOIN statement
WHERE statement.id = staged_term.id AND statement.feed = :feed
ON CONFLICT DO NOTHING

-- name: retire_unsaid
UPDATE statement SET retired = :on
WHERE feed = :feed AND retired IS NULL AND sync < :sync

-- name: log_sync
INSERT INTO sync (number, feed, day, added, kept, retired, returned)
VALUES (:sync, :feed, :on, :added, :kept, :retired, :returned)

-- name: record_migration
INSERT INTO baken_migration (number, name) VALUES (:number, :name)
