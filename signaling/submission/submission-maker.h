/**
 * SubmissionMaker — puts every submitted form on paper: FORM.pdf and FORM.json in DATA/documents, their digests in the ledger.
 *
 * What was submitted and has no PDF yet is made after a restart. One after another; drawing and disk are on a worker of its own. Loop thread.
 */
#pragma once

#include "../server.h"

typedef struct SubmissionMaker SubmissionMaker;

SubmissionMaker *submission_maker_new(Server *server);
/** After the loop has ended; works under way are finished first. */
void submission_maker_stop(SubmissionMaker *maker);
void submission_maker_free(SubmissionMaker *maker);

/** Something may have been submitted. */
void submission_maker_kick(SubmissionMaker *maker);

/** DATA/documents/FORM.SUFFIX ("pdf", "json"); the caller frees it. */
char *submission_file(const Server *server, const char *form, const char *suffix);
