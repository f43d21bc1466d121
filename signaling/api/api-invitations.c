#include "api.h"

#include "../access.h"
#include "../lobby.h"
#include "../model/model.h"
#include "../rest.h"
#include "../room.h"
#include "../tokens.h"
#include "bounded-json.h"
#include "log.h"

#define INVITERS      (ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN)
#define INVITED_FOR_S (7 * 24 * 3600)
/* The page that reads the token from the fragment. */
#define INVITATION_PAGE "/v#"
#define ASSISTANCE_PAGE "/help#"

static const char *const invited_roles[] = { "applicant", "helper", NULL };
static const FieldRule invitation_rules[] = {
    { "role", FIELD_ENUM, FIELD_OPTIONAL, 0, 0, invited_roles, NULL, NULL },
    { "name", FIELD_STRING, FIELD_OPTIONAL, 1, 200, NULL, NULL, NULL },
    { "expires_in_s", FIELD_INTEGER, FIELD_OPTIONAL, 60, 30 * 24 * 3600, NULL, NULL, NULL },
    { "send", FIELD_BOOLEAN, FIELD_OPTIONAL, 0, 0, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

static void
invitation_added(Server *server, HttpRequest *request, json_t *output)
{
    g_autofree char *token = tokens_issue(server, TOKEN_INVITATION, field_string(output, "id"), field_integer(output, "expires_at"));
    gboolean assistance = g_strcmp0(field_string(output, "kind"), "assistance") == 0;
    g_autofree char *path = g_strconcat(assistance ? ASSISTANCE_PAGE : INVITATION_PAGE, token, NULL);

    json_object_set_new(output, "token", json_string(token));
    json_object_set_new(output, "path", json_string(path));
    log_info("access", "invited visit=%s invitation=%s", field_string(output, "visit"), field_string(output, "id"));
    rest_reply(request, 201, output);
}

void
api_invitation_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, INVITERS);
    const char *id = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, invitation_rules) : NULL;

    if (!body)
        return;

    gint64 now = server_now(server);
    gint64 seconds = json_object_get(body, "expires_in_s") ? field_integer(body, "expires_in_s") : INVITED_FOR_S;

    rest_run_then(server, request, model_invitation_add,
                  json_pack("{s:s, s:b, s:s?, s:s?, s:s, s:s?, s:I, s:I}", "visit", id, "send", field_boolean(body, "send"), "role", field_string(body, "role"), "name", field_string(body, "name"), "created_by", user->id, "user",
                            access_filter(user), "now", (json_int_t) now, "expires_at", (json_int_t) (now + seconds * G_USEC_PER_SEC)),
                  invitation_added);
}

void
api_invitation_list(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_invitation_list, json_pack("{s:s, s:s?}", "visit", id, "user", access_filter(user)));
}

static void
invitation_revoked(Server *server, HttpRequest *request, json_t *output)
{
    const char *participant = field_string(output, "participant");

    if (participant) {
        rooms_update_state(server->rooms, field_string(output, "visit"), json_object_get(output, "room"));
        rooms_put_out(server->rooms, field_string(output, "visit"), participant, PROBLEM_INVITATION_REVOKED);
        lobby_changed(server->lobby);
    }
    http_request_reply(request, 204, NULL, NULL);
}

void
api_invitation_revoke(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, INVITERS);
    const char *id = user ? rest_path_id(request, "invitation", PROBLEM_INVITATION_NOT_FOUND) : NULL;

    if (id && access_require_same_origin(request))
        rest_run_then(server, request, model_invitation_revoke,
                      json_pack("{s:s, s:s?, s:I}", "invitation", id, "user", access_filter(user), "now", (json_int_t) server_now(server)),
                      invitation_revoked);
}
