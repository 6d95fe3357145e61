-- The site visit that an enquiry asks for: what is to be planned, the programme, what was given out.
CREATE TABLE visit (
    enquiry text PRIMARY KEY REFERENCES enquiry,
    changed text NOT NULL,
    sealed text
);
