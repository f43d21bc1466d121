/**
 * RecordMaker — makes the files of a record: gathers its stills, prints the PDF, has it signed by the recorder, which holds the key, and notes both in
 * the store and so in the ledger.
 *
 * A complete record without its file is made again after a restart, and tried again while the recorder is away. Files lie in DATA/documents as
 * VISIT-vN.pdf and VISIT-vN.p7s, written under another name first. Loop thread; drawing and disk are on a worker of its own.
 */
#pragma once

#include "../server.h"

typedef struct RecordMaker RecordMaker;

RecordMaker *record_maker_new(Server *server);
/** After the loop has ended; works under way are finished first. */
void record_maker_stop(RecordMaker *maker);
void record_maker_free(RecordMaker *maker);

/** Makes what is complete and not made yet; at the start of the daemon, and after the last signature. `origin`: "https://host" for the QR code, or NULL. */
void record_maker_kick(RecordMaker *maker, const char *origin);

/** Answers with the record as PDF: the file when it is made, otherwise a draft that says so. `record` is what model_record_get() returned. */
void record_maker_reply(RecordMaker *maker, HttpRequest *request, json_t *record, const char *origin);

/** The thread on which documents are drawn; other documents are drawn there too. */
Worker *record_maker_worker(RecordMaker *maker);

/** DATA/documents/VISIT-vN.SUFFIX; the caller frees it. */
char *record_maker_path(const Server *server, const char *visit, gint64 version, const char *suffix);
