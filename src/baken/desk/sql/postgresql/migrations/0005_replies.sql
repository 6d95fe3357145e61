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
