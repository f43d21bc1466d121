-- What was submitted, on paper: the digest of the PDF, once it is made.
ALTER TABLE forms ADD COLUMN pdf_sha256 TEXT;
