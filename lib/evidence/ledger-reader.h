/**
 * LedgerReader — the lines of a ledger file one after another, whatever state it is in; and LedgerChain, which of them belong to the chain.
 *
 * docs/evidence-format.md, sections 1 and 5. Bounded: one buffer of a line's greatest length. One thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "digest.h"
#include "evidence-error.h"

/* 100 fragments a second for a whole day; a ledger of more lines was not written by a recorder. */
#define LEDGER_LINES_MAX 10000000

typedef struct {
    guint64 offset, length;       /* of the text in the file, without its newline */
    gboolean terminated;          /* has its newline */
    const char *text;             /* NULL when it is longer than LEDGER_LINE_MAX */
    json_t *line;                 /* NULL when it is not a ledger line; borrowed */
    char digest[DIGEST_HEX_SIZE]; /* of the text; empty when that is too long */
} LedgerRecord;

typedef struct LedgerReader LedgerReader;

LedgerReader *ledger_reader_open(const char *path, GError **error);
void ledger_reader_free(LedgerReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerReader, ledger_reader_free)

/** The next line, valid until the next call. FALSE at the end of the file, or on a read error (then `error` is set). */
gboolean ledger_reader_next(LedgerReader *reader, LedgerRecord *ret_record, GError **error);

/** The state of following the chain. Plain value; start from ledger_chain_init(). */
typedef struct {
    char prev[DIGEST_HEX_SIZE];
    guint64 next_seq;
    gboolean has_junk; /* bytes that are no line wait for a resume line which declares them */
    guint64 junk_offset, junk_end;
} LedgerChain;

typedef enum {
    CHAIN_GOOD,   /* the next line of the chain; where junk stood before it, it declares that junk */
    CHAIN_JUNK,   /* not a whole line: the trace of a crash, if a resume line declares it; or the torn end */
    CHAIN_BROKEN, /* a whole line that does not belong here, or that follows undeclared junk */
} ChainStep;

void ledger_chain_init(LedgerChain *chain);
/** Moves on for GOOD and JUNK; BROKEN leaves the chain as it was. */
ChainStep ledger_chain_step(LedgerChain *chain, const LedgerRecord *record);
/** Goes on behind a broken place: `record` is taken as good. For the verifier, which wants to see what stands after it. */
void ledger_chain_accept(LedgerChain *chain, const LedgerRecord *record);
