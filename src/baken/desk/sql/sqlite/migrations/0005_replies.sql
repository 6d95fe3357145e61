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
