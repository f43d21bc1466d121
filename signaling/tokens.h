/**
 * tokens — the signed tokens that signaling hands out, by purpose, with their errors as problems. Loop thread.
 *
 * A token says only "we once made this, for this purpose, until then"; whether it still counts is looked up in the store.
 */
#pragma once

#include "server.h"

typedef enum { TOKEN_INVITATION, TOKEN_RESUME, TOKEN_PUBLISH, TOKEN_SUBSCRIBE, TOKEN_CASE, TOKEN_PURPOSE_COUNT } TokenPurpose;

/** Good until `expires_at` (wall µs). The caller frees it. */
char *tokens_issue(const Server *server, TokenPurpose purpose, const char *id, gint64 expires_at);
/** The id that was signed; NULL with the problem of this purpose. The caller frees it. */
char *tokens_check(const Server *server, TokenPurpose purpose, const char *token, GError **error);
