-- What the team's own screens ask beside what the desk asks anyway.

-- The board ----------------------------------------------------------------------------------------

-- In the order of board._Row: what an enquiry's turn follows from, without opening its message.
-- name: board
SELECT e.id, e.reference, e.kind, e.state, e.language, e.owner, e.country, e.received,
    e.promise_due, e.closed, e.outcome, p.sealed,
    (
        SELECT MIN(c.due) FROM clock c
        WHERE c.enquiry = e.id AND c.ended IS NULL AND c.name = 'reply-owed'
    ),
    (SELECT MIN(c.due) FROM clock c WHERE c.enquiry = e.id AND c.ended IS NULL),
    (
        SELECT COUNT(*) FROM introduction i
        WHERE i.enquiry = e.id AND i.state IN ('asked', 'reminded', 'host-asked', 'host-reminded')
    ),
    (
        SELECT COUNT(*) FROM introduction i
        WHERE i.enquiry = e.id AND i.state = 'accepted' AND NOT EXISTS (
            SELECT 1 FROM event v
            WHERE v.enquiry = e.id AND v.introduction = i.id AND v.name = 'agreed'
        )
    ),
    (
        SELECT COUNT(*) FROM introduction i
        WHERE i.enquiry = e.id AND i.state = 'referred' AND NOT EXISTS (
            SELECT 1 FROM introduction n WHERE n.enquiry = e.id AND n.referred_by = i.id
        )
    ),
    (SELECT COUNT(*) FROM event v WHERE v.enquiry = e.id AND v.name = 'outcome-told'),
    (SELECT COUNT(*) FROM mail m WHERE m.enquiry = e.id AND m.state IN ('bounced', 'failed'))
FROM enquiry e JOIN person p ON p.id = e.enquirer
WHERE e.state IN (:states[])

-- name: board_totals
SELECT SUM(CASE WHEN state = 'closed' THEN 0 ELSE 1 END),
    SUM(CASE WHEN state = 'closed' THEN 1 ELSE 0 END)
FROM enquiry

-- name: meetings
SELECT e.id, e.reference, e.kind, e.owner, i.organisation, i.organisation_name, v.at, v.sealed,
    p.sealed
FROM event v
JOIN introduction i ON i.id = v.introduction
JOIN enquiry e ON e.id = v.enquiry
JOIN person p ON p.id = e.enquirer
WHERE v.name = 'agreed' AND v.at >= :since
ORDER BY v.number

-- Enquiries with a visit, for the calendar.
-- name: visits
SELECT e.id, e.reference, e.owner, v.sealed, p.sealed
FROM visit v
JOIN enquiry e ON e.id = v.enquiry
JOIN person p ON p.id = e.enquirer
WHERE v.sealed IS NOT NULL AND (e.state <> 'closed' OR e.outcome = 'visited')
    AND v.changed >= :since
ORDER BY e.received, e.id

-- Whom an organisation's questions went to before, the last first.
-- name: counterparts_of
SELECT counterpart, MAX(asked) FROM introduction WHERE organisation = :organisation
GROUP BY counterpart ORDER BY 2 DESC

-- Answer templates ---------------------------------------------------------------------------------

-- Every version is kept; the newest one counts.
-- name: add_reply
INSERT INTO reply (name, language, version, title, kind, text, is_retired, at, officer)
SELECT :name, :language, COALESCE(MAX(version), 0) + 1, :title, :kind, :text, :is_retired, :at,
    :officer
FROM reply WHERE name = :name AND language = :language

-- name: replies
SELECT name, language, version, title, kind, text, is_retired, at, officer FROM reply r
WHERE version = (
    SELECT MAX(version) FROM reply n WHERE n.name = r.name AND n.language = r.language
)
ORDER BY name, language

-- name: reply_versions
SELECT name, language, version, title, kind, text, is_retired, at, officer FROM reply
WHERE name = :name ORDER BY version DESC, language

-- Reports ------------------------------------------------------------------------------------------

-- In the order of reporting.Row.
-- name: report
SELECT e.kind, e.language, e.country, e.sector, e.state, e.outcome, e.received, e.promise_due,
    e.answered, e.closed, e.owner,
    (SELECT COUNT(*) FROM introduction i WHERE i.enquiry = e.id),
    (
        SELECT COUNT(DISTINCT v.introduction) FROM event v
        WHERE v.enquiry = e.id AND v.name = 'agreed'
    )
FROM enquiry e
WHERE e.received >= :since AND e.received < :until
ORDER BY e.received, e.id
