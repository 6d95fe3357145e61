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
