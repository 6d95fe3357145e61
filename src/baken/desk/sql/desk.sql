-- The desk's questions and changes, the same on every database. Rows come back in the order of the
-- structs in enquiry.py that they become (see records.py).

-- name: schema_version
SELECT COALESCE(MAX(number), 0) FROM desk_migration

-- name: record_migration
INSERT INTO desk_migration (number, name) VALUES (:number, :name)

-- People ------------------------------------------------------------------------------------------

-- name: person_columns
    id, role, language, sealed, created, erased

-- name: add_person
INSERT INTO person (id, role, language, digest, sealed, created)
VALUES (:id, :role, :language, :digest, :sealed, :created)

-- name: person
SELECT
-- include: person_columns
FROM person WHERE id = :id

-- The newest first: contact details that somebody gave last are the right ones.
-- name: people_by_digest
SELECT
-- include: person_columns
FROM person WHERE digest = :digest ORDER BY created DESC, id

-- name: sealed_people
SELECT id, sealed FROM person WHERE sealed IS NOT NULL ORDER BY id

-- name: seal_person
UPDATE person SET sealed = :sealed, digest = :digest WHERE id = :id

-- name: set_person
UPDATE person SET sealed = :sealed, digest = :digest, language = :language WHERE id = :id

-- name: erase_person
UPDATE person SET sealed = NULL, digest = NULL, erased = :at WHERE id = :id AND erased IS NULL

-- The team --------------------------------------------------------------------------------------

-- name: officer_columns
    p.id, p.role, p.language, p.sealed, p.created, p.erased, o.languages, o.themes, o.kinds,
    o.capacity, o.role, o.is_active, o.away,
    (SELECT COUNT(*) FROM enquiry e WHERE e.owner = o.person AND e.state <> 'closed')

-- name: officers
SELECT
-- include: officer_columns
FROM officer o JOIN person p ON p.id = o.person ORDER BY p.created, p.id

-- name: officer
SELECT
-- include: officer_columns
FROM officer o JOIN person p ON p.id = o.person WHERE o.person = :person

-- name: add_officer
INSERT INTO officer (person, languages, themes, kinds, away, capacity, role, is_active)
VALUES (:person, :languages, :themes, :kinds, :away, :capacity, :role, 1)

-- name: set_officer
UPDATE officer SET languages = :languages, themes = :themes, kinds = :kinds, away = :away,
    capacity = :capacity, role = :role, is_active = :is_active
WHERE person = :person

-- Enquiries --------------------------------------------------------------------------------------

-- name: enquiry_columns
    id, reference, kind, state, language, enquirer, owner, sealed, themes, organisations, country,
    sector, received, promise_due, answered, outcome, closed, erased

-- name: add_enquiry
INSERT INTO enquiry (
    id, reference, submission, kind, state, language, enquirer, owner, sealed, themes,
    organisations, country, sector, received, promise_due
) VALUES (
    :id, :reference, :submission, :kind, :state, :language, :enquirer, :owner, :sealed, :themes,
    :organisations, :country, :sector, :received, :promise_due
)

-- name: enquiry
SELECT
-- include: enquiry_columns
FROM enquiry WHERE id = :id

-- name: enquiry_by_reference
SELECT
-- include: enquiry_columns
FROM enquiry WHERE reference = :reference

-- name: enquiry_by_submission
SELECT
-- include: enquiry_columns
FROM enquiry WHERE submission = :submission

-- name: enquiries
SELECT
-- include: enquiry_columns
FROM enquiry
WHERE state IN (:states[]) AND (:owner = '' OR owner = :owner)
ORDER BY CASE WHEN answered IS NULL THEN 0 ELSE 1 END, promise_due, id

-- name: enquiries_of
SELECT
-- include: enquiry_columns
FROM enquiry WHERE enquirer = :person ORDER BY received, id

-- name: enquiries_closed_before
SELECT
-- include: enquiry_columns
FROM enquiry WHERE state = 'closed' AND closed < :before AND erased IS NULL ORDER BY closed, id

-- name: set_state
UPDATE enquiry SET state = :state, outcome = :outcome, closed = :closed WHERE id = :id

-- name: set_owner
UPDATE enquiry SET owner = :owner WHERE id = :id

-- name: set_answered
UPDATE enquiry SET answered = :at WHERE id = :id AND answered IS NULL

-- name: sealed_enquiries
SELECT id, sealed FROM enquiry WHERE sealed IS NOT NULL ORDER BY id

-- name: seal_enquiry
UPDATE enquiry SET sealed = :sealed WHERE id = :id

-- name: erase_enquiry
UPDATE enquiry SET sealed = NULL, erased = :at WHERE id = :id AND erased IS NULL

-- Introductions ------------------------------------------------------------------------------------

-- name: introduction_columns
    id, enquiry, organisation, organisation_name, counterpart, state, asked, answered, referred_by

-- name: add_introduction
INSERT INTO introduction (
    id, enquiry, organisation, organisation_name, counterpart, state, asked, referred_by
) VALUES (
    :id, :enquiry, :organisation, :organisation_name, :counterpart, :state, :asked, :referred_by
)

-- name: introduction
SELECT
-- include: introduction_columns
FROM introduction WHERE id = :id

-- name: introductions
SELECT
-- include: introduction_columns
FROM introduction WHERE enquiry = :enquiry
ORDER BY (
    SELECT MIN(event.number) FROM event
    WHERE event.enquiry = introduction.enquiry AND event.introduction = introduction.id
)

-- name: introductions_of
SELECT
-- include: introduction_columns
FROM introduction WHERE counterpart = :person ORDER BY asked, id

-- name: set_introduction
UPDATE introduction SET state = :state, answered = COALESCE(:answered, answered) WHERE id = :id

-- Site visits -------------------------------------------------------------------------------------

-- name: visit
SELECT sealed FROM visit WHERE enquiry = :enquiry AND sealed IS NOT NULL

-- name: set_visit
INSERT INTO visit (enquiry, changed, sealed) VALUES (:enquiry, :at, :sealed)
ON CONFLICT (enquiry) DO UPDATE SET changed = :at, sealed = :sealed

-- name: erase_visit
UPDATE visit SET sealed = NULL WHERE enquiry = :enquiry AND sealed IS NOT NULL

-- name: sealed_visits
SELECT enquiry, sealed FROM visit WHERE sealed IS NOT NULL ORDER BY enquiry

-- name: seal_visit
UPDATE visit SET sealed = :sealed WHERE enquiry = :id

-- Events -------------------------------------------------------------------------------------------

-- name: event_columns
    number, enquiry, introduction, name, at, role, actor, state, sealed

-- name: add_event
INSERT INTO event (enquiry, introduction, name, at, role, actor, state, sealed)
VALUES (:enquiry, :introduction, :name, :at, :role, :actor, :state, :sealed)

-- name: events
SELECT
-- include: event_columns
FROM event WHERE enquiry = :enquiry ORDER BY number

-- name: sealed_events
SELECT number, sealed FROM event WHERE sealed IS NOT NULL ORDER BY number

-- name: seal_event
UPDATE event SET sealed = :sealed WHERE number = :number

-- name: erase_events
UPDATE event SET sealed = NULL WHERE enquiry = :enquiry AND sealed IS NOT NULL

-- name: erase_introduction_events
UPDATE event SET sealed = NULL WHERE introduction = :introduction AND sealed IS NOT NULL

-- Clocks -------------------------------------------------------------------------------------------

-- name: start_clock
INSERT INTO clock (enquiry, introduction, name, due, has_fired)
VALUES (:enquiry, :introduction, :name, :due, 0)

-- name: stop_clocks
UPDATE clock SET ended = :at
WHERE enquiry = :enquiry AND name IN (:names[]) AND ended IS NULL
    AND (:introduction = '' OR introduction = :introduction)

-- name: end_clock
UPDATE clock SET ended = :at, has_fired = :has_fired WHERE number = :number AND ended IS NULL

-- name: clocks_due
SELECT number, enquiry, introduction, name, due FROM clock
WHERE ended IS NULL AND due <= :now ORDER BY due, number LIMIT 1

-- name: clocks
SELECT number, enquiry, introduction, name, due FROM clock
WHERE ended IS NULL AND enquiry = :enquiry ORDER BY due, number

-- Consent ------------------------------------------------------------------------------------------

-- name: consent_columns
    id, person, enquiry, purpose, version, language, wording, place, given, confirmed, withdrawn,
    allowed, sent

-- name: add_consent
INSERT INTO consent (
    id, person, enquiry, purpose, version, language, wording, place, given, confirmed, allowed, sent
) VALUES (
    :id, :person, :enquiry, :purpose, :version, :language, :wording, :place, :given, :confirmed,
    :allowed, 0
)

-- name: consent
SELECT
-- include: consent_columns
FROM consent WHERE id = :id

-- name: consents_of
SELECT
-- include: consent_columns
FROM consent WHERE person = :person ORDER BY given, id

-- name: confirm_consent
UPDATE consent SET confirmed = :at WHERE id = :id AND confirmed IS NULL AND withdrawn IS NULL

-- name: withdraw_consent
UPDATE consent SET withdrawn = :at WHERE id = :id AND withdrawn IS NULL

-- name: withdraw_consents_of
UPDATE consent SET withdrawn = :at WHERE person = :person AND withdrawn IS NULL

-- The send itself refuses: counts one more mail only where somebody still agrees to it.
-- name: spend_consent
UPDATE consent SET sent = sent + 1
WHERE id = :id AND confirmed IS NOT NULL AND withdrawn IS NULL AND sent < allowed

-- name: return_consent
UPDATE consent SET sent = sent - 1 WHERE id = :id AND sent > 0

-- Who was asked to confirm and did not has not agreed.
-- name: lapse_consents
UPDATE consent SET withdrawn = :at WHERE confirmed IS NULL AND withdrawn IS NULL AND given < :before

-- Outbox -------------------------------------------------------------------------------------------

-- name: mail_columns
    id, message_id, kind, person, enquiry, introduction, consent, sealed, state, created, due,
    attempts, handed, sent, repeats, problem

-- name: add_mail
INSERT INTO mail (
    id, number, message_id, kind, person, enquiry, introduction, consent, sealed, state, created,
    due, attempts, repeats
)
SELECT :id, COALESCE(MAX(number), 0) + 1, :message_id, :kind, :person, :enquiry, :introduction,
    :consent, :sealed, 'waiting', :created, :created, 0, 0
FROM mail

-- name: mail
SELECT
-- include: mail_columns
FROM mail WHERE id = :id

-- name: mails_of_enquiry
SELECT
-- include: mail_columns
FROM mail WHERE enquiry = :enquiry ORDER BY number

-- name: mails_of_person
SELECT
-- include: mail_columns
FROM mail WHERE person = :person ORDER BY number

-- name: mails_by_message_id
SELECT
-- include: mail_columns
FROM mail WHERE message_id = :message_id ORDER BY number

-- name: thread
SELECT message_id FROM mail WHERE enquiry = :enquiry AND person = :person ORDER BY number

-- name: mail_to_claim
SELECT id FROM mail
WHERE (state = 'waiting' AND due <= :now) OR (state = 'sending' AND lease <= :now)
ORDER BY due, number LIMIT 1

-- A mail whose last sender died after it began to hand over may have arrived: that is a repeat.
-- name: claim_mail
UPDATE mail SET state = 'sending', holder = :holder, lease = :lease, attempts = attempts + 1,
    repeats = repeats + CASE WHEN handed IS NULL THEN 0 ELSE 1 END
WHERE id = :id

-- name: mark_handed
UPDATE mail SET handed = COALESCE(handed, :at), lease = :lease
WHERE id = :id AND state = 'sending' AND holder = :holder

-- name: mark_sent
UPDATE mail SET state = 'sent', sent = :at, lease = NULL, problem = NULL
WHERE id = :id AND state = 'sending' AND holder = :holder

-- The server said that it did not take the message: whatever began is undone.
-- name: mark_not_sent
UPDATE mail SET state = :state, due = :due, lease = NULL, handed = NULL, problem = :problem
WHERE id = :id AND state = 'sending' AND holder = :holder

-- The connection broke while the message was handed over: nobody can say whether it arrived.
-- name: mark_unknown
UPDATE mail SET state = :state, due = :due, lease = NULL, problem = :problem
WHERE id = :id AND state = 'sending' AND holder = :holder

-- name: mark_bounced
UPDATE mail SET state = 'bounced', problem = :problem WHERE id = :id

-- name: mail_counts
SELECT state, COUNT(*), SUM(repeats) FROM mail GROUP BY state ORDER BY state

-- name: next_mail_due
SELECT MIN(CASE WHEN state = 'sending' THEN lease ELSE due END) FROM mail
WHERE state IN ('waiting', 'sending')

-- name: erase_mails_of_enquiry
UPDATE mail SET sealed = NULL, state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
WHERE enquiry = :enquiry AND (sealed IS NOT NULL OR state = 'waiting')

-- name: erase_mails_of_person
UPDATE mail SET sealed = NULL, state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
WHERE person = :person AND (sealed IS NOT NULL OR state = 'waiting')

-- name: erase_mails_of_introduction
UPDATE mail SET sealed = NULL, state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
WHERE introduction = :introduction AND (sealed IS NOT NULL OR state = 'waiting')

-- name: erase_mails_before
UPDATE mail SET sealed = NULL
WHERE sealed IS NOT NULL AND created < :before AND state NOT IN ('waiting', 'sending')

-- name: sealed_mails
SELECT id, sealed FROM mail WHERE sealed IS NOT NULL ORDER BY id

-- name: seal_mail
UPDATE mail SET sealed = :sealed WHERE id = :id

-- Links, the audit trail, duties -------------------------------------------------------------------

-- name: is_link_used
SELECT used FROM used_link WHERE digest = :digest

-- name: use_link
INSERT INTO used_link (digest, used, expires) VALUES (:digest, :used, :expires)

-- name: drop_used_links
DELETE FROM used_link WHERE expires < :now

-- name: record_access
INSERT INTO access (at, role, actor, action, person, enquiry, what)
VALUES (:at, :role, :actor, :action, :person, :enquiry, :what)

-- name: accesses
SELECT number, at, role, actor, action, person, enquiry, what FROM access
WHERE (:person = '' OR person = :person) AND (:enquiry = '' OR enquiry = :enquiry)
ORDER BY number

-- The latest first, a page at a time.
-- name: trail
SELECT number, at, role, actor, action, person, enquiry, what FROM access
WHERE number < :before AND (:actor = '' OR actor = :actor) AND (:enquiry = '' OR enquiry = :enquiry)
    AND (:everybody = 1 OR person IN (:people[]))
ORDER BY number DESC LIMIT :most

-- name: references
SELECT id, reference FROM enquiry WHERE id IN (:ids[])

-- name: drop_accesses
DELETE FROM access WHERE at < :before

-- name: duty
SELECT period FROM duty WHERE name = :name

-- name: forget_duty
DELETE FROM duty WHERE name = :name

-- name: record_duty
INSERT INTO duty (name, period) VALUES (:name, :period)

-- Statistics ---------------------------------------------------------------------------------------

-- name: statistics
SELECT kind, language, country, sector, state, outcome, received, promise_due, answered, closed
FROM enquiry WHERE received >= :since ORDER BY received, id

-- How often ---------------------------------------------------------------------------------------

-- name: pace
SELECT free FROM pace WHERE digest = :digest

-- name: set_pace
INSERT INTO pace (digest, free) VALUES (:digest, :free)
ON CONFLICT (digest) DO UPDATE SET free = :free

-- name: drop_paces
DELETE FROM pace WHERE free < :now
