-- How often somebody may do something: `free` is when all that was taken has been earned again.
-- `digest` is of a name and an address, keyed and of one day; rows are swept daily.
CREATE TABLE pace (
    digest text PRIMARY KEY,
    free text NOT NULL
);
