-- The desk's tables as they are now; made and migrated as the store's are (see store/schema.py).
-- Times are text in UTC, such as 2026-11-23T09:00:00.000000Z, so that both databases keep and sort
-- them alike. Whatever is personal is in a column `sealed`, and nowhere else.

CREATE TABLE desk_migration (
    number integer PRIMARY KEY,
    name text NOT NULL
);

-- `sealed` holds name, address and the like, encrypted where a key is set; NULL once erased.
-- `digest` finds an address again (an HMAC of it).
CREATE TABLE person (
    id text PRIMARY KEY,
    role text NOT NULL,
    language text NOT NULL,
    digest text,
    sealed text,
    created text NOT NULL,
    erased text
);
CREATE INDEX person_by_digest ON person (digest, role);

-- The team directory; lists are JSON.
CREATE TABLE officer (
    person text PRIMARY KEY REFERENCES person,
    languages text NOT NULL,
    themes text NOT NULL,
    kinds text NOT NULL,
    away text NOT NULL,
    capacity integer NOT NULL,
    is_active integer NOT NULL,
    role text NOT NULL DEFAULT 'officer'
);

CREATE TABLE enquiry (
    id text PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    submission text UNIQUE,
    kind text NOT NULL,
    state text NOT NULL,
    language text NOT NULL,
    enquirer text NOT NULL REFERENCES person,
    owner text REFERENCES officer,
    sealed text,
    themes text NOT NULL,
    organisations text NOT NULL,
    country text NOT NULL,
    sector text NOT NULL,
    received text NOT NULL,
    promise_due text NOT NULL,
    answered text,
    outcome text,
    closed text,
    erased text,
    CHECK ((state = 'closed') = (outcome IS NOT NULL)),
    CHECK ((state = 'closed') = (closed IS NOT NULL))
);
CREATE INDEX enquiry_by_state ON enquiry (state, promise_due);
CREATE INDEX enquiry_by_enquirer ON enquiry (enquirer);
CREATE INDEX enquiry_by_owner ON enquiry (owner, state);

CREATE TABLE introduction (
    id text PRIMARY KEY,
    enquiry text NOT NULL REFERENCES enquiry,
    organisation text NOT NULL,
    organisation_name text NOT NULL,
    counterpart text NOT NULL REFERENCES person,
    state text NOT NULL,
    asked text NOT NULL,
    answered text,
    referred_by text REFERENCES introduction
);
CREATE INDEX introduction_by_enquiry ON introduction (enquiry);
CREATE INDEX introduction_by_counterpart ON introduction (counterpart);

-- What happened, in order. Rows are never deleted, and of their columns only `sealed` changes, when
-- somebody is erased or a key is replaced; triggers below see to it.
CREATE TABLE event (
    number integer PRIMARY KEY AUTOINCREMENT,
    enquiry text NOT NULL REFERENCES enquiry,
    introduction text REFERENCES introduction,
    name text NOT NULL,
    at text NOT NULL,
    role text NOT NULL,
    actor text NOT NULL,
    state text NOT NULL,
    sealed text
);
CREATE INDEX event_by_enquiry ON event (enquiry, number);

-- What happens by itself; `ended` says when it fired or was stopped.
CREATE TABLE clock (
    number integer PRIMARY KEY AUTOINCREMENT,
    enquiry text NOT NULL REFERENCES enquiry,
    introduction text REFERENCES introduction,
    name text NOT NULL,
    due text NOT NULL,
    ended text,
    has_fired integer NOT NULL
);
CREATE INDEX clock_running ON clock (due) WHERE ended IS NULL;
CREATE INDEX clock_by_enquiry ON clock (enquiry) WHERE ended IS NULL;

-- What somebody agreed to, word for word; see ISO/IEC TS 27560.
CREATE TABLE consent (
    id text PRIMARY KEY,
    person text NOT NULL REFERENCES person,
    enquiry text REFERENCES enquiry,
    purpose text NOT NULL,
    version text NOT NULL,
    language text NOT NULL,
    wording text NOT NULL,
    place text NOT NULL,
    given text NOT NULL,
    confirmed text,
    withdrawn text,
    allowed integer,
    sent integer NOT NULL
);
CREATE INDEX consent_by_person ON consent (person, purpose);

-- The outbox: one row a recipient, written together with the event that it tells of. `sealed` is
-- the whole message, so that a repeat is the same to the last letter.
CREATE TABLE mail (
    id text PRIMARY KEY,
    number integer NOT NULL,
    message_id text NOT NULL,
    kind text NOT NULL,
    person text NOT NULL REFERENCES person,
    enquiry text REFERENCES enquiry,
    introduction text REFERENCES introduction,
    consent text REFERENCES consent,
    sealed text,
    state text NOT NULL,
    created text NOT NULL,
    due text NOT NULL,
    attempts integer NOT NULL,
    holder text,
    lease text,
    handed text,
    sent text,
    repeats integer NOT NULL,
    problem text
);
CREATE INDEX mail_to_send ON mail (state, due);
CREATE INDEX mail_by_enquiry ON mail (enquiry, person, number);
CREATE INDEX mail_by_message ON mail (message_id);
CREATE INDEX mail_by_person ON mail (person);

-- Links that have been used and work once; by a digest of the link.
CREATE TABLE used_link (
    digest text PRIMARY KEY,
    used text NOT NULL,
    expires text NOT NULL
);

-- Who read or changed whose personal data: which sort of data, never the data.
CREATE TABLE access (
    number integer PRIMARY KEY AUTOINCREMENT,
    at text NOT NULL,
    role text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    person text,
    enquiry text,
    what text NOT NULL
);
CREATE INDEX access_by_person ON access (person, number);
CREATE INDEX access_by_time ON access (at);

-- What the agency's own programs are told: an event is due to a webhook when its number is above the
-- webhook's `cursor`, so that telling needs no outbox of its own. `sealed` is what it is signed with.
CREATE TABLE webhook (
    id text PRIMARY KEY,
    url text NOT NULL,
    sealed text NOT NULL,
    created text NOT NULL,
    is_on integer NOT NULL,
    cursor integer NOT NULL,
    attempts integer NOT NULL,
    since text,
    due text NOT NULL,
    holder text,
    lease text,
    told text,
    problem text
);

-- The keys of programs that ask and tell the desk something; by a digest of the key.
CREATE TABLE program (
    id text PRIMARY KEY,
    name text NOT NULL,
    digest text NOT NULL UNIQUE,
    may text NOT NULL,
    created text NOT NULL,
    used text,
    ended text
);

-- How people of the team sign in. `password` is an argon2id hash; `sealed` the key of the second
-- factor, `step` the last of its codes that was used; `recovery` digests of codes that work once.
CREATE TABLE account (
    person text PRIMARY KEY REFERENCES officer,
    password text,
    sealed text,
    step integer NOT NULL,
    recovery text NOT NULL,
    changed text NOT NULL
);

-- Who is signed in, by a digest of what their browser shows; `way` is how: by password or provider.
CREATE TABLE signed_in (
    digest text PRIMARY KEY,
    person text NOT NULL REFERENCES officer,
    began text NOT NULL,
    seen text NOT NULL,
    agent text NOT NULL,
    way text NOT NULL
);
CREATE INDEX signed_in_by_person ON signed_in (person);

-- What was tried and failed lately, by a digest of who tried what; see accounts.py.
CREATE TABLE attempt (
    digest text PRIMARY KEY,
    failures integer NOT NULL,
    last text NOT NULL
);

-- How often somebody may do something: `free` is when all that was taken has been earned again.
-- `digest` is of a name and an address, keyed and of one day; rows are swept daily.
CREATE TABLE pace (
    digest text PRIMARY KEY,
    free text NOT NULL
);

-- Templates of answers that the office has written or changed; those that ship with Baken stand in a
-- file. Rows are only ever added: the newest version of a name and language counts.
CREATE TABLE reply (
    name text NOT NULL,
    language text NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    is_retired integer NOT NULL,
    at text NOT NULL,
    officer text NOT NULL,
    PRIMARY KEY (name, language, version)
);

-- The site visit that an enquiry asks for: what is to be planned, the programme, what was given out.
CREATE TABLE visit (
    enquiry text PRIMARY KEY REFERENCES enquiry,
    changed text NOT NULL,
    sealed text
);

-- What is done once a day or week, and for which one it was done last.
CREATE TABLE duty (
    name text PRIMARY KEY,
    period text NOT NULL
);

CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'events are never deleted');
END;
CREATE TRIGGER event_is_final BEFORE UPDATE ON event
WHEN NEW.number IS NOT OLD.number OR NEW.enquiry IS NOT OLD.enquiry
    OR NEW.introduction IS NOT OLD.introduction OR NEW.name IS NOT OLD.name OR NEW.at IS NOT OLD.at
    OR NEW.role IS NOT OLD.role OR NEW.actor IS NOT OLD.actor OR NEW.state IS NOT OLD.state BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;
