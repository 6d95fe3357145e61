-- How people of the team sign in; see accounts.py.

-- name: account
SELECT person, password, sealed, step, recovery FROM account WHERE person = :person

-- name: account_changed
SELECT changed FROM account WHERE person = :person

-- name: open_account
INSERT INTO account (person, step, recovery, changed) VALUES (:person, 0, '[]', :at)
ON CONFLICT (person) DO NOTHING

-- name: set_password
UPDATE account SET password = :password, changed = :at WHERE person = :person

-- name: set_second_factor
UPDATE account SET sealed = :sealed, step = :step, recovery = :recovery, changed = :at
WHERE person = :person

-- A code is used by whoever writes down first that it was.
-- name: use_step
UPDATE account SET step = :step WHERE person = :person AND step < :step

-- name: set_recovery
UPDATE account SET recovery = :recovery WHERE person = :person AND recovery = :before

-- name: sealed_accounts
SELECT person, sealed FROM account WHERE sealed IS NOT NULL ORDER BY person

-- name: seal_account
UPDATE account SET sealed = :sealed WHERE person = :person

-- name: drop_account
DELETE FROM account WHERE person = :person

-- name: begin_session
INSERT INTO signed_in (digest, person, began, seen, agent, way)
VALUES (:digest, :person, :at, :at, :agent, :way)

-- name: signed_in
SELECT digest, person, began, seen, agent, way FROM signed_in WHERE digest = :digest

-- name: sessions_of
SELECT digest, person, began, seen, agent, way FROM signed_in
WHERE person = :person ORDER BY seen DESC, digest

-- name: see_session
UPDATE signed_in SET seen = :at WHERE digest = :digest

-- name: end_session
DELETE FROM signed_in WHERE digest = :digest

-- name: end_sessions_of
DELETE FROM signed_in WHERE person = :person AND digest <> :but

-- name: drop_sessions
DELETE FROM signed_in WHERE seen < :seen OR began < :began

-- name: attempts
SELECT failures, last FROM attempt WHERE digest = :digest

-- name: note_failure
INSERT INTO attempt (digest, failures, last) VALUES (:digest, 1, :at)
ON CONFLICT (digest) DO UPDATE SET
    failures = CASE WHEN attempt.last < :forgiven THEN 1 ELSE attempt.failures + 1 END, last = :at

-- name: forget_attempts
DELETE FROM attempt WHERE digest = :digest

-- name: drop_attempts
DELETE FROM attempt WHERE last < :before
