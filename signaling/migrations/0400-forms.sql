-- Forms that are filled in together (docs/co-form.md). A draft belongs to the case and outlives the visit in which it was begun.
CREATE TABLE forms (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'replaced')),
    document TEXT NOT NULL,
    revision BIGINT NOT NULL,
    sha256 TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX forms_case ON forms (case_id, code);

-- Which form lies on the table of a visit.
CREATE TABLE visit_forms (
    visit_id TEXT PRIMARY KEY REFERENCES visits (id),
    form_id TEXT NOT NULL REFERENCES forms (id)
);

-- Who helps by invitation: a relative, a village helper. 'applicant' is what every invitation was before.
ALTER TABLE invitations ADD COLUMN role TEXT NOT NULL DEFAULT 'applicant' CHECK (role IN ('applicant', 'helper'));
