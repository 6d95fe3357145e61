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
    id text COLLATE "C" PRIMARY KEY,
    role text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    digest text COLLATE "C",
    sealed text,
    created text COLLATE "C" NOT NULL,
    erased text COLLATE "C"
);
CREATE INDEX person_by_digest ON person (digest, role);

-- The team directory; lists are JSON.
CREATE TABLE officer (
    person text COLLATE "C" PRIMARY KEY REFERENCES person,
    languages text NOT NULL,
    themes text NOT NULL,
    kinds text NOT NULL,
    away text NOT NULL,
    capacity integer NOT NULL,
    is_active integer NOT NULL,
    role text COLLATE "C" NOT NULL DEFAULT 'officer'
);

CREATE TABLE enquiry (
    id text COLLATE "C" PRIMARY KEY,
    reference text COLLATE "C" NOT NULL UNIQUE,
    submission text COLLATE "C" UNIQUE,
    kind text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    enquirer text COLLATE "C" NOT NULL REFERENCES person,
    owner text COLLATE "C" REFERENCES officer,
    sealed text,
    themes text NOT NULL,
    organisations text NOT NULL,
    country text COLLATE "C" NOT NULL,
    sector text COLLATE "C" NOT NULL,
    received text COLLATE "C" NOT NULL,
    promise_due text COLLATE "C" NOT NULL,
    answered text COLLATE "C",
    outcome text COLLATE "C",
    closed text COLLATE "C",
    erased text COLLATE "C",
    CHECK ((state = 'closed') = (outcome IS NOT NULL)),
    CHECK ((state = 'closed') = (closed IS NOT NULL))
);
CREATE INDEX enquiry_by_state ON enquiry (state, promise_due);
CREATE INDEX enquiry_by_enquirer ON enquiry (enquirer);
CREATE INDEX enquiry_by_owner ON enquiry (owner, state);

CREATE TABLE introduction (
    id text COLLATE "C" PRIMARY KEY,
    enquiry text COLLATE "C" NOT NULL REFERENCES enquiry,
    organisation text COLLATE "C" NOT NULL,
    organisation_name text COLLATE "C" NOT NULL,
    counterpart text COLLATE "C" NOT NULL REFERENCES person,
    state text COLLATE "C" NOT NULL,
    asked text COLLATE "C" NOT NULL,
    answered text COLLATE "C",
    referred_by text COLLATE "C" REFERENCES introduction
);
CREATE INDEX introduction_by_enquiry ON introduction (enquiry);
CREATE INDEX introduction_by_counterpart ON introduction (counterpart);

-- What happened, in order. Rows are never deleted, and of their columns only `sealed` changes, when
-- somebody is erased or a key is replaced; triggers below see to it.
CREATE TABLE event (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enquiry text COLLATE "C" NOT NULL REFERENCES enquiry,
    introduction text COLLATE "C" REFERENCES introduction,
    name text COLLATE "C" NOT NULL,
    at text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    sealed text
);
CREATE INDEX event_by_enquiry ON event (enquiry, number);

-- What happens by itself; `ended` says when it fired or was stopped.
CREATE TABLE clock (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enquiry text COLLATE "C" NOT NULL REFERENCES enquiry,
    introduction text COLLATE "C" REFERENCES introduction,
    name text COLLATE "C" NOT NULL,
    due text COLLATE "C" NOT NULL,
    ended text COLLATE "C",
    has_fired integer NOT NULL
);
CREATE INDEX clock_running ON clock (due) WHERE ended IS NULL;
CREATE INDEX clock_by_enquiry ON clock (enquiry) WHERE ended IS NULL;

-- What somebody agreed to, word for word; see ISO/IEC TS 27560.
CREATE TABLE consent (
    id text COLLATE "C" PRIMARY KEY,
    person text COLLATE "C" NOT NULL REFERENCES person,
    enquiry text COLLATE "C" REFERENCES enquiry,
    purpose text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    wording text NOT NULL,
    place text COLLATE "C" NOT NULL,
    given text COLLATE "C" NOT NULL,
    confirmed text COLLATE "C",
    withdrawn text COLLATE "C",
    allowed integer,
    sent integer NOT NULL
);
CREATE INDEX consent_by_person ON consent (person, purpose);

-- The outbox: one row a recipient, written together with the event that it tells of. `sealed` is
-- the whole message, so that a repeat is the same to the last letter.
CREATE TABLE mail (
    id text COLLATE "C" PRIMARY KEY,
    number integer NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    person text COLLATE "C" NOT NULL REFERENCES person,
    enquiry text COLLATE "C" REFERENCES enquiry,
    introduction text COLLATE "C" REFERENCES introduction,
    consent text COLLATE "C" REFERENCES consent,
    sealed text,
    state text COLLATE "C" NOT NULL,
    created text COLLATE "C" NOT NULL,
    due text COLLATE "C" NOT NULL,
    attempts integer NOT NULL,
    holder text COLLATE "C",
    lease text COLLATE "C",
    handed text COLLATE "C",
    sent text COLLATE "C",
    repeats integer NOT NULL,
    problem text
);
CREATE INDEX mail_to_send ON mail (state, due);
CREATE INDEX mail_by_enquiry ON mail (enquiry, person, number);
CREATE INDEX mail_by_message ON mail (message_id);
CREATE INDEX mail_by_person ON mail (person);

-- Links that have been used and work once; by a digest of the link.
CREATE TABLE used_link (
    digest text COLLATE "C" PRIMARY KEY,
    used text COLLATE "C" NOT NULL,
    expires text COLLATE "C" NOT NULL
);

-- Who read or changed whose personal data: which sort of data, never the data.
CREATE TABLE access (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    person text COLLATE "C",
    enquiry text COLLATE "C",
    what text COLLATE "C" NOT NULL
);
CREATE INDEX access_by_person ON access (person, number);
CREATE INDEX access_by_time ON access (at);

-- What the agency's own programs are told: an event is due to a webhook when its number is above the
-- webhook's `cursor`, so that telling needs no outbox of its own. `sealed` is what it is signed with.
CREATE TABLE webhook (
    id text COLLATE "C" PRIMARY KEY,
    url text COLLATE "C" NOT NULL,
    sealed text NOT NULL,
    created text COLLATE "C" NOT NULL,
    is_on integer NOT NULL,
    cursor integer NOT NULL,
    attempts integer NOT NULL,
    since text COLLATE "C",
    due text COLLATE "C" NOT NULL,
    holder text COLLATE "C",
    lease text COLLATE "C",
    told text COLLATE "C",
    problem text COLLATE "C"
);

-- The keys of programs that ask and tell the desk something; by a digest of the key.
CREATE TABLE program (
    id text COLLATE "C" PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL UNIQUE,
    may text COLLATE "C" NOT NULL,
    created text COLLATE "C" NOT NULL,
    used text COLLATE "C",
    ended text COLLATE "C"
);

-- How people of the team sign in. `password` is an argon2id hash; `sealed` the key of the second
-- factor, `step` the last of its codes that was used; `recovery` digests of codes that work once.
CREATE TABLE account (
    person text COLLATE "C" PRIMARY KEY REFERENCES officer,
    password text COLLATE "C",
    sealed text,
    step integer NOT NULL,
    recovery text COLLATE "C" NOT NULL,
    changed text COLLATE "C" NOT NULL
);

-- Who is signed in, by a digest of what their browser shows; `way` is how: by password or provider.
CREATE TABLE signed_in (
    digest text COLLATE "C" PRIMARY KEY,
    person text COLLATE "C" NOT NULL REFERENCES officer,
    began text COLLATE "C" NOT NULL,
    seen text COLLATE "C" NOT NULL,
    agent text NOT NULL,
    way text COLLATE "C" NOT NULL
);
CREATE INDEX signed_in_by_person ON signed_in (person);

-- What was tried and failed lately, by a digest of who tried what; see accounts.py.
CREATE TABLE attempt (
    digest text COLLATE "C" PRIMARY KEY,
    failures integer NOT NULL,
    last text COLLATE "C" NOT NULL
);

-- How often somebody may do something: `free` is when all that was taken has been earned again.
-- `digest` is of a name and an address, keyed and of one day; rows are swept daily.
CREATE TABLE pace (
    digest text COLLATE "C" PRIMARY KEY,
    free text COLLATE "C" NOT NULL
);

-- Templates of answers that the office has written or changed; those that ship with Baken stand in a
-- file. Rows are only ever added: the newest version of a name and language counts.
CREATE TABLE reply (
    name text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    title text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    is_retired integer NOT NULL,
    at text COLLATE "C" NOT NULL,
    officer text COLLATE "C" NOT NULL,
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
    name text COLLATE "C" PRIMARY KEY,
    period text COLLATE "C" NOT NULL
);

CREATE FUNCTION refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'events are never deleted';
    END IF;
    IF (NEW.number, NEW.enquiry, NEW.introduction, NEW.name, NEW.at, NEW.role, NEW.actor, NEW.state)
        IS DISTINCT FROM (OLD.number, OLD.enquiry, OLD.introduction, OLD.name, OLD.at, OLD.role, OLD.actor, OLD.state) THEN
        RAISE EXCEPTION 'events are never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER event_is_final BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_event();
