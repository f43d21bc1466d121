/**
 * Verification — the verdict over one recording folder, offline, from its bytes alone.
 *
 * docs/evidence-format.md, section 7 and its limits. Reads every byte of every file once (1 MiB at a time), writes nothing.
 * Any thread; may run on a recording that is still growing: it judges what stood when it began.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "signer.h"

typedef enum {
    VERDICT_INTACT = 0,     /* ended, sealed, every byte stands */
    VERDICT_ALTERED = 1,    /* something was altered, removed, added or reordered */
    VERDICT_UNREADABLE = 2, /* not readable as evidence: no ledger, no open line, another format */
    VERDICT_DISPOSED = 4,   /* as intact, but media were removed by a disposal that the sealed ledger declares */
    VERDICT_UNSEALED = 3,   /* everything sealed stands, but there is no sealed end: running, crashed, or cut off */
} Verdict;

typedef enum {
    FRAGMENT_STANDS,
    FRAGMENT_ALTERED,
    FRAGMENT_MISSING,
    FRAGMENT_REORDERED,
    FRAGMENT_UNSEALED,
    FRAGMENT_TORN,
    FRAGMENT_DISPOSED,
} FragmentVerdict;

typedef struct {
    const PublicKey *key;    /* the authority's key, or NULL */
    const char *fingerprint; /* its digest in hex instead, or NULL */
    const char *recording;   /* the id it must have, or NULL */
    const char *authorities; /* PEM of certificates that cert.pem must lead to, or NULL */
    const char *stampers;    /* PEM of certificates that time-stamps must lead to, or NULL */
} VerificationRules;

typedef struct Verification Verification;

/** Never fails: what cannot be read is a verdict. `rules` may be NULL. */
Verification *verification_run(const char *folder, const VerificationRules *rules);
void verification_free(Verification *verification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verification, verification_free)

/** This is also yuntakan-verify's exit status. */
Verdict verification_verdict(const Verification *verification);
/** The stable word: "intact", "unsealed", "altered", "unreadable", "disposed". */
const char *verdict_name(Verdict verdict);

/** The report as in docs/evidence-format.md, section 7. */
json_t *verification_to_json(const Verification *verification);
/** The report for people; `language` is "zh" or "en". */
char *verification_to_text(const Verification *verification, const char *language);
