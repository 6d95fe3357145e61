-- The whole schema as it is now. A new store is made from this file; an older one arrives at the
-- same through migrations/, and a test proves that both ways end in the same place. Text that is
-- sorted or compared has the collation "C", so that both databases agree on every order.

CREATE TABLE baken_migration (
    number integer PRIMARY KEY,
    name text NOT NULL
);

-- What `sync` calls a source: its statements are replaced together.
CREATE TABLE feed (
    number integer PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    fingerprint text
);

-- One line a sync; the highest number is the store's revision.
CREATE TABLE sync (
    number integer PRIMARY KEY,
    feed integer NOT NULL REFERENCES feed,
    day date NOT NULL,
    added integer NOT NULL,
    kept integer NOT NULL,
    retired integer NOT NULL,
    returned integer NOT NULL
);

CREATE TABLE landscape (
    number integer PRIMARY KEY CHECK (number = 1),
    description json NOT NULL
);

-- The part of a citation that thousands of statements share; `id` is a hash of the rest.
CREATE TABLE document (
    id text COLLATE "C" PRIMARY KEY,
    publisher text NOT NULL,
    url text NOT NULL,
    title text,
    published text,
    licence text
);

-- The same claim from two feeds is two rows with one id, so that one feed can stop saying it.
CREATE TABLE statement (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL,
    feed integer NOT NULL REFERENCES feed,
    subject text COLLATE "C" NOT NULL,
    predicate text NOT NULL,
    value json NOT NULL,
    language text,
    document text COLLATE "C" NOT NULL REFERENCES document,
    retrieved date NOT NULL,
    span text,
    visibility text COLLATE "C" NOT NULL CHECK (visibility IN ('public', 'internal')),
    first_seen date NOT NULL,
    last_seen date NOT NULL,
    retired date,
    position integer NOT NULL,  -- in its feed
    sync integer NOT NULL,      -- the last one that said it
    UNIQUE (id, feed)
);
CREATE INDEX statement_subject ON statement (subject, feed, position);

-- What statements are looked up by (see model.terms_of), retired ones too.
CREATE TABLE statement_term (
    scheme text COLLATE "C" NOT NULL,
    term text COLLATE "C" NOT NULL,
    statement bigint NOT NULL,
    PRIMARY KEY (scheme, term, statement)
);

-- Who may see what. Every read goes through a view that joins this table.
CREATE TABLE audience (
    audience text NOT NULL,
    visibility text COLLATE "C" NOT NULL,
    PRIMARY KEY (audience, visibility)
);
INSERT INTO audience (audience, visibility)
VALUES ('public', 'public'), ('agency', 'public'), ('agency', 'internal');

-- Derived, made again in every sync from what stands (see deriving.py).
CREATE TABLE organisation (
    subject text COLLATE "C" PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    sort_key text COLLATE "C" NOT NULL,
    visibility text COLLATE "C" NOT NULL
);
CREATE INDEX organisation_sort_key ON organisation (sort_key, subject, visibility);

CREATE TABLE location (
    subject text COLLATE "C" PRIMARY KEY,
    place text NOT NULL,
    province text,
    located_through text
);

CREATE TABLE facet (
    scheme text COLLATE "C" NOT NULL,
    term text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    visibility text COLLATE "C" NOT NULL,
    PRIMARY KEY (scheme, term, subject)
);

CREATE TABLE total (
    audience text PRIMARY KEY,
    organisations integer NOT NULL,
    statements integer NOT NULL,
    as_of date NOT NULL
);

CREATE VIEW visible_statement AS
SELECT
    audience.audience, statement.number, statement.id, statement.feed, statement.position,
    statement.subject, statement.predicate, statement.value, statement.language,
    document.publisher, document.url, statement.retrieved, document.title, document.published,
    document.licence, statement.span, statement.first_seen, statement.last_seen,
    statement.visibility, statement.retired
FROM statement CROSS JOIN audience
LEFT JOIN document ON document.id = statement.document
WHERE audience.visibility = statement.visibility;

CREATE VIEW visible_organisation AS
SELECT
    audience.audience, organisation.subject, organisation.name, organisation.sort_key,
    location.place, location.province, location.located_through
FROM organisation CROSS JOIN audience
LEFT JOIN location ON location.subject = organisation.subject
WHERE audience.visibility = organisation.visibility;

CREATE VIEW visible_facet AS
SELECT audience.audience, facet.scheme, facet.term, facet.subject
FROM facet CROSS JOIN audience
WHERE audience.visibility = facet.visibility;
