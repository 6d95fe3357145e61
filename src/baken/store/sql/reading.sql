-- Everything that is read, the same on every database. What statements say is read through views
-- that know the audience, so that no query can forget to ask who is looking; a test keeps it so.
-- Of the tables, only those are named that say nothing (statement_term) or say it by audience
-- (total). The questions about the store itself, at the end, have no audience.

-- name: statement_columns
    id, subject, predicate, value, language, publisher, url, retrieved, title, published, licence,
    span, first_seen, last_seen, visibility, retired

-- name: statements_of
SELECT
-- include: statement_columns
FROM visible_statement
WHERE audience = :audience AND subject IN (:subjects[]) AND (retired IS NULL OR :history)
ORDER BY subject, feed, position

-- name: some_statements_of
SELECT
-- include: statement_columns
FROM visible_statement
WHERE audience = :audience AND subject IN (:subjects[]) AND retired IS NULL
    AND predicate IN (:predicates[])
ORDER BY subject, feed, position

-- It looks at every statement: for questions that are asked once a revision.
-- name: said
SELECT
-- include: statement_columns
FROM visible_statement
WHERE audience = :audience AND retired IS NULL AND predicate = :predicate
ORDER BY subject, feed, position

-- name: subjects_after
SELECT DISTINCT subject FROM visible_statement
WHERE audience = :audience AND subject > :after AND (retired IS NULL OR :history)
ORDER BY subject
LIMIT :limit

-- name: statements_by_id
SELECT
-- include: statement_columns
FROM visible_statement
WHERE audience = :audience AND id IN (:ids[])
ORDER BY id, feed

-- name: incoming
SELECT
-- include: statement_columns
FROM visible_statement
WHERE audience = :audience AND retired IS NULL AND subject <> :subject
    AND number IN (SELECT statement FROM statement_term WHERE scheme = 'target' AND term = :target)
ORDER BY subject, feed, position

-- A filter that is NULL lets everything pass.
-- name: matching
    AND (CAST(:kinds AS text) IS NULL OR subject IN (
        SELECT subject FROM visible_facet
        WHERE audience = :audience AND scheme = 'kind' AND term IN (:kinds[])))
    AND (CAST(:provinces AS text) IS NULL OR subject IN (
        SELECT subject FROM visible_facet
        WHERE audience = :audience AND scheme = 'province' AND term IN (:provinces[])))
    AND (CAST(:themes AS text) IS NULL OR subject IN (
        SELECT subject FROM visible_facet
        WHERE audience = :audience AND scheme = 'theme' AND term IN (:themes[])))
    AND (CAST(:roles AS text) IS NULL OR subject IN (
        SELECT subject FROM visible_facet
        WHERE audience = :audience AND scheme = 'role' AND term IN (:roles[])))

-- name: organisations_after
SELECT subject, sort_key, place, province, located_through
FROM visible_organisation
WHERE audience = :audience AND (sort_key, subject) > (:sort_key, :subject)
-- include: matching
ORDER BY sort_key, subject
LIMIT :limit

-- name: organisations_among
SELECT subject, sort_key, place, province, located_through
FROM visible_organisation
WHERE audience = :audience AND (sort_key, subject) > (:sort_key, :subject)
    AND subject IN (:subjects[])
-- include: matching
ORDER BY sort_key, subject
LIMIT :limit

-- name: sort_key_of
SELECT sort_key FROM visible_organisation WHERE audience = :audience AND subject = :subject

-- name: names
SELECT subject, name FROM visible_organisation WHERE audience = :audience

-- name: names_of
SELECT subject, name FROM visible_organisation
WHERE audience = :audience AND subject IN (:subjects[])

-- name: facet_counts
SELECT term, COUNT(*) FROM visible_facet
WHERE audience = :audience AND scheme = :scheme
-- include: matching
GROUP BY term
ORDER BY COUNT(*) DESC, term

-- name: facet_terms
SELECT term, subject FROM visible_facet WHERE audience = :audience AND scheme = :scheme

-- name: subjects_by_name
SELECT subject FROM visible_organisation WHERE audience = :audience ORDER BY sort_key, subject

-- name: organisation_count
SELECT COUNT(*) FROM visible_organisation WHERE audience = :audience
-- include: matching

-- name: places_of
SELECT place, subject FROM visible_organisation
WHERE audience = :audience AND place IS NOT NULL

-- Each day on which something began or ceased to be said of an organisation that is there. It looks
-- at every statement, and is asked once a revision.
-- name: changed_days
SELECT day, subject FROM (
    SELECT first_seen AS day, subject FROM visible_statement WHERE audience = :audience
    UNION
    SELECT retired AS day, subject FROM visible_statement
    WHERE audience = :audience AND retired IS NOT NULL
) AS dated
WHERE subject IN (SELECT subject FROM visible_organisation WHERE audience = :audience)
ORDER BY day DESC, subject
LIMIT :limit

-- name: place_counts
SELECT place, COUNT(*) FROM visible_organisation
WHERE audience = :audience AND place IS NOT NULL
-- include: matching
GROUP BY place
ORDER BY COUNT(*) DESC, place

-- name: totals
SELECT organisations, statements, as_of FROM total WHERE audience = :audience

-- One statement may come from several feeds; each names its publisher alike.
-- name: publishers
SELECT publisher, COUNT(DISTINCT id) FROM visible_statement
WHERE audience = :audience AND retired IS NULL
GROUP BY publisher
ORDER BY COUNT(DISTINCT id) DESC, publisher

-- name: landscape
SELECT description FROM landscape

-- name: fingerprint
SELECT fingerprint FROM feed WHERE name = :name

-- name: revision
SELECT COALESCE(MAX(number), 0) FROM sync

-- name: schema_version
SELECT COALESCE(MAX(number), 0) FROM baken_migration
