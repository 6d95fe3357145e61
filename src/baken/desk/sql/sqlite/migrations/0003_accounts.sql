ALTER TABLE officer ADD COLUMN role text NOT NULL DEFAULT 'officer';
UPDATE officer SET role = 'head' WHERE is_head = 1;
ALTER TABLE officer DROP COLUMN is_head;

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
