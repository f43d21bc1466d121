/**
 * Inside lib/evidence only: what the steps of a verification share. Ledger, then files, then order, then report.
 */
#pragma once

#include "evidence-range.h"
#include "verification.h"

/** What one line claims about bytes. Strings are interned in the verification. */
typedef struct {
    EvidenceRangeKind kind;
    const char *file;
    guint64 offset, length;
    char digest[DIGEST_HEX_SIZE];
    guint64 seq;
    gboolean sealed;       /* a good seal stands behind its line */
    gboolean line_altered; /* the chain says that its line is not what was written */
    FragmentVerdict verdict;
    char found[DIGEST_HEX_SIZE]; /* digest of the bytes that are there; empty if some are missing */
    const char *track, *id;      /* of a fragment or part; of a still */
    guint part;
    guint64 n;
    gint64 captured, duration;
} Claim;

typedef struct {
    const char *code;     /* a row of fault_texts[] */
    gint64 seq, last_seq; /* -1: not about lines */
    const char *file;     /* or NULL */
    gint64 offset, length; /* -1 */
} Fault;

/** The last part of a track: the only file that may still grow. */
typedef struct {
    const char *file;
    gboolean since_resume;
} OpenPart;

struct Verification {
    char *folder;
    VerificationRules rules; /* only while verification_run() runs */
    GStringChunk *names;
    GArray *claims; /* of Claim, in the order of the ledger */
    GArray *faults; /* of Fault */
    GArray *tail;   /* of Fault with code "tail": bytes that no line covers yet, tolerated while there is no sealed end */
    guint faults_dropped;
    GHashTable *open_parts; /* track -> OpenPart */
    const char *pin;        /* the authority's key: "not-given", "matches" or "differs" */
    const char *chain;      /* of certificates: "not-given", "trusted" or "untrusted" */
    PublicKey *key;         /* of cert.pem; NULL if there is none */
    gboolean readable;
    const char *unreadable_why;
    gboolean has_end, sealed_end;
    gboolean disposing, disposed; /* a disposal line has come; a good seal stands behind it */
    const char *disposal_reason;
    gint64 disposed_at; /* -1 */
    const char *recording, *visit, *case_number, *item, *item_version, *title, *key_digest, *certificate_digest;
    GHashTable *seals;      /* seq -> digest of the good seal's line */
    guint timestamps;       /* that stamp what they say; with an authority given: and lead to it */
    gint64 stamped_at, stamped_seq; /* the newest of them: its own time and the seal it stamps; -1 */
    const char *stamper;    /* of the time-stamps: "not-given", "trusted" or "untrusted" */
    const char *hash; /* of chain and bytes: "sha256" or "sm3" */
    gint64 started_at, ended_at, sealed_seq, sealed_at;
    guint64 lines, bytes;
    guint gaps, resumes;
};

/* A report that names a thousand faults convinces; more would only be long. They are counted. */
#define FAULTS_MAX 1000

void verification_fault(Verification *verification, const char *code, gint64 seq, gint64 last_seq);
void verification_file_fault(Verification *verification, const char *code, const char *file, gint64 offset, gint64 length);
const char *verification_name(Verification *verification, const char *text);

/** Reads certificate and ledger: claims, chain, seals. */
void verification_read_ledger(Verification *verification);
/** Reads every file: what the claims say, and what no claim covers. */
void verification_read_files(Verification *verification);
/** Among altered fragments, finds those that stand elsewhere in their file. */
void verification_find_order(Verification *verification);

/** English and Chinese sentence of a fault; `language` "zh" or "en". Free with g_free(). */
char *fault_to_text(const Fault *fault, const char *language);
const char *fragment_verdict_name(FragmentVerdict verdict);
/** What a verification proves and what not, one sentence a line. */
const char *verification_limits(const char *language);
/** One sentence about the whole. */
const char *verification_headline(const Verification *verification, const char *language);
