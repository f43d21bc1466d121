#include "tokens.h"

#include "problem.h"
#include "token.h"

static const struct {
    const char *purpose;
    Problem invalid;
    Problem expired;
} purposes[TOKEN_PURPOSE_COUNT] = {
    [TOKEN_INVITATION] = { "invitation", PROBLEM_INVITATION_INVALID, PROBLEM_INVITATION_EXPIRED },
    [TOKEN_RESUME] = { "resume", PROBLEM_RESUME_INVALID, PROBLEM_RESUME_INVALID },
    [TOKEN_PUBLISH] = { "publish", PROBLEM_STREAM_TOKEN_INVALID, PROBLEM_STREAM_TOKEN_INVALID },
    [TOKEN_CASE] = { "case", PROBLEM_CASE_LINK_INVALID, PROBLEM_CASE_LINK_EXPIRED },
    [TOKEN_SUBSCRIBE] = { "subscribe", PROBLEM_STREAM_TOKEN_INVALID, PROBLEM_STREAM_TOKEN_INVALID },
};

char *
tokens_issue(const Server *server, TokenPurpose purpose, const char *id, gint64 expires_at)
{
    return token_sign(server->secret, purposes[purpose].purpose, id, expires_at);
}

char *
tokens_check(const Server *server, TokenPurpose purpose, const char *token, GError **error)
{
    g_autoptr(GError) why = NULL;
    char *id = token_open(server->secret, purposes[purpose].purpose, token, server_now(server), &why);

    if (!id)
        problem_set(error, g_error_matches(why, TOKEN_ERROR, TOKEN_ERROR_EXPIRED) ? purposes[purpose].expired : purposes[purpose].invalid, NULL);
    return id;
}
