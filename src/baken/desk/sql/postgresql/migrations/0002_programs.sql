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
