-- What the agency's own programs are told and may ask; see programs.py.

-- name: webhook_columns
    id, url, sealed, created, is_on, cursor, attempts, since, due, told, problem

-- A new one is told what happens from now on.
-- name: add_webhook
INSERT INTO webhook (id, url, sealed, created, is_on, cursor, attempts, due)
SELECT :id, :url, :sealed, :at, 1, COALESCE(MAX(number), 0), 0, :at FROM event

-- name: webhooks
SELECT
-- include: webhook_columns
FROM webhook ORDER BY created, id

-- name: webhook
SELECT
-- include: webhook_columns
FROM webhook WHERE id = :id

-- name: drop_webhook
DELETE FROM webhook WHERE id = :id

-- name: switch_webhook
UPDATE webhook SET is_on = :is_on, attempts = 0, since = NULL, due = :at, problem = NULL
WHERE id = :id

-- name: webhook_to_tell
SELECT id FROM webhook
WHERE is_on = 1 AND due <= :now AND (lease IS NULL OR lease <= :now)
    AND cursor < (SELECT COALESCE(MAX(number), 0) FROM event)
ORDER BY due, id LIMIT 1

-- name: claim_webhook
UPDATE webhook SET holder = :holder, lease = :lease WHERE id = :id

-- name: mark_told
UPDATE webhook SET cursor = :cursor, attempts = 0, since = NULL, due = :at, lease = NULL, told = :at,
    problem = NULL
WHERE id = :id AND holder = :holder

-- name: mark_not_told
UPDATE webhook SET attempts = attempts + 1, since = COALESCE(since, :at), due = :due, lease = NULL,
    is_on = :is_on, problem = :problem
WHERE id = :id AND holder = :holder

-- name: sealed_webhooks
SELECT id, sealed FROM webhook ORDER BY id

-- name: seal_webhook
UPDATE webhook SET sealed = :sealed WHERE id = :id

-- What may be told of events: nothing of it is personal.
-- name: happenings
SELECT ev.number, ev.name, ev.at, ev.role, ev.state, en.id, en.reference, en.kind, en.promise_due,
    en.outcome, i.id, i.organisation
FROM event ev JOIN enquiry en ON en.id = ev.enquiry
LEFT JOIN introduction i ON i.id = ev.introduction
WHERE ev.number > :after ORDER BY ev.number LIMIT :most

-- name: add_program
INSERT INTO program (id, name, digest, may, created) VALUES (:id, :name, :digest, :may, :at)

-- name: programs
SELECT id, name, may, created, used, ended FROM program ORDER BY created, id

-- name: program
SELECT id, name, may, created, used, ended FROM program WHERE id = :id

-- name: program_by_digest
SELECT id, name, may, created, used, ended FROM program WHERE digest = :digest AND ended IS NULL

-- name: mark_program_used
UPDATE program SET used = :at WHERE id = :id

-- name: end_program
UPDATE program SET ended = :at WHERE id = :id AND ended IS NULL

-- name: enquiries_since
SELECT
-- include: enquiry_columns
FROM enquiry WHERE received > :since ORDER BY received, id LIMIT :most
