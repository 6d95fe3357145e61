-- Where one chunk of a feed waits to be merged. Gone with the connection.
CREATE TEMP TABLE staged_document (
    id TEXT PRIMARY KEY,
    publisher TEXT, url TEXT, title TEXT, published TEXT, licence TEXT
);
CREATE TEMP TABLE staged_statement (
    position INTEGER PRIMARY KEY,
    id TEXT, subject TEXT, predicate TEXT, value TEXT, language TEXT, document TEXT,
    retrieved TEXT, span TEXT, visibility TEXT, first_seen TEXT, last_seen TEXT
);
CREATE TEMP TABLE staged_term (id TEXT, scheme TEXT, term TEXT);
