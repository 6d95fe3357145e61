-- The whole schema as it is now. A new store is made from this file; an older one arrives at the
-- same through migrations/, and a test proves that both ways end in the same place. Dates are
-- ISO 8601 text, values and the landscape are JSON.

CREATE TABLE baken_migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);

-- What `sync` calls a source: its statements are replaced together.
CREATE TABLE feed (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    fingerprint TEXT
);

-- One line a sync; the highest number is the store's revision.
CREATE TABLE sync (
    number INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL REFERENCES feed,
    day TEXT NOT NULL,
    added INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    retired INTEGER NOT NULL,
    returned INTEGER NOT NULL
);

CREATE TABLE landscape (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    description TEXT NOT NULL
);

-- The part of a citation that thousands of statements share; `id` is a hash of the rest.
CREATE TABLE document (
    id TEXT PRIMARY KEY,
    publisher TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT,
    published TEXT,
    licence TEXT
) WITHOUT ROWID;

-- The same claim from two feeds is two rows with one id, so that one feed can stop saying it.
CREATE TABLE statement (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    feed INTEGER NOT NULL REFERENCES feed,
    subject TEXT NOT NULL,
    predicate TEXT NOT NULL,
    value TEXT NOT NULL,
    language TEXT,
    document TEXT NOT NULL REFERENCES document,
    retrieved TEXT NOT NULL,
    span TEXT,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'internal')),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    retired TEXT,
    position INTEGER NOT NULL,  -- in its feed
    sync INTEGER NOT NULL,      -- the last one that said it
    UNIQUE (id, feed)
);
CREATE INDEX statement_subject ON statement (subject, feed, position);

-- What statements are looked up by (see model.terms_of), retired ones too.
CREATE TABLE statement_term (
    scheme TEXT NOT NULL,
    term TEXT NOT NULL,
    statement INTEGER NOT NULL,
    PRIMARY KEY (scheme, term, statement)
) WITHOUT ROWID;

-- Who may see what. Every read goes through a view that joins this table.
CREATE TABLE audience (
    audience TEXT NOT NULL,
    visibility TEXT NOT NULL,
    PRIMARY KEY (audience, visibility)
) WITHOUT ROWID;
INSERT INTO audience (audience, visibility)
VALUES ('public', 'public'), ('agency', 'public'), ('agency', 'internal');

-- Derived, made again in every sync from what stands (see deriving.py).
CREATE TABLE organisation (
    subject TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    visibility TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX organisation_sort_key ON organisation (sort_key, subject, visibility);

CREATE TABLE location (
    subject TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    province TEXT,
    located_through TEXT
) WITHOUT ROWID;

CREATE TABLE facet (
    scheme TEXT NOT NULL,
    term TEXT NOT NULL,
    subject TEXT NOT NULL,
    visibility TEXT NOT NULL,
    PRIMARY KEY (scheme, term, subject)
) WITHOUT ROWID;

CREATE TABLE total (
    audience TEXT PRIMARY KEY,
    organisations INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    as_of TEXT NOT NULL
);

-- CROSS JOIN keeps SQLite from starting at `audience` and losing the order of an index.
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
