-- Where one chunk of a feed waits to be merged. Gone with the connection.
CREATE TEMP TABLE staged_document (
    id text PRIMARY KEY,
    publisher text, url text, title text, published text, licence text
);
CREATE TEMP TABLE staged_statement (
    position bigint PRIMARY KEY,
    id text, subject text, predicate text, value json, language text, document text,
    retrieved date, span text, visibility text, first_seen date, last_seen date
);
CREATE TEMP TABLE staged_term (id text, scheme text, term text);

-- A chunk finds its few thousand statements through the index, not by reading a million.
SET random_page_cost = 1.1;
