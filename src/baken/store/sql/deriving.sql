-- How derived rows are made again (see deriving.py), the same on every database.

-- name: forget_organisations
DELETE FROM organisation

-- name: forget_locations
DELETE FROM location

-- name: forget_facets
DELETE FROM facet

-- name: forget_totals
DELETE FROM total

-- name: describing_statements
SELECT
-- include: statement_columns
FROM visible_statement
WHERE audience = :audience AND subject IN (:subjects[]) AND retired IS NULL
    AND predicate IN ('kind', 'name', 'place', 'relation')
ORDER BY subject, feed, position

-- A term is public when a public statement gives it to a public organisation; MAX prefers 'public'
-- to 'internal'.
-- name: derive_facets
INSERT INTO facet (scheme, term, subject, visibility)
SELECT scheme, term, subject, MAX(visibility)
FROM (
    SELECT
        statement_term.scheme, statement_term.term, organisation.subject,
        CASE
            WHEN organisation.visibility = 'public' THEN statement.visibility
            ELSE organisation.visibility
        END AS visibility
    FROM statement_term
    JOIN statement ON statement.number = statement_term.statement
    JOIN organisation ON organisation.subject = statement.subject
    WHERE statement_term.scheme IN ('kind', 'theme', 'role') AND statement.retired IS NULL
    UNION ALL
    SELECT 'province', location.province, organisation.subject, organisation.visibility
    FROM location
    JOIN organisation ON organisation.subject = location.subject
    WHERE location.province IS NOT NULL
) AS given
GROUP BY scheme, term, subject

-- A claim that several feeds make is counted once. To count distinct ids of a million statements
-- takes seconds; to find the few that are repeated, by the index on ids, does not.
-- name: derive_totals
INSERT INTO total (audience, organisations, statements, as_of)
SELECT
    audience,
    (
        SELECT COUNT(*) FROM visible_organisation
        WHERE visible_organisation.audience = visible_statement.audience
    ),
    COUNT(*) - (
        SELECT COALESCE(SUM(repeated.times - 1), 0)
        FROM (
            SELECT audience, id, COUNT(*) AS times FROM visible_statement
            WHERE retired IS NULL
                AND id IN (SELECT id FROM statement GROUP BY id HAVING COUNT(*) > 1)
            GROUP BY audience, id
        ) AS repeated
        WHERE repeated.audience = visible_statement.audience
    ),
    MAX(last_seen)
FROM visible_statement
WHERE retired IS NULL
GROUP BY audience
