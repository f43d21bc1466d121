#include "api.h"

#include <string.h>

#include "../media-control.h"
#include "../recorder-control.h"
#include "../rest.h"
#include "bounded-json.h"
#include "embedded-text.h"

void
api_openapi(HttpRequest *request, gpointer server)
{
    http_request_reply_text(request, 200, "application/yaml; charset=utf-8", embedded_openapi[0].text);
}

static json_t *
work_nothing(StoreConnection *db, json_t *input, GError **error)
{
    return store_select_one(db, error, "SELECT 1 AS one", "");
}

static void
store_answered(Server *server, HttpRequest *request, json_t *output)
{
    g_autoptr(json_t) body = json_pack("{s:s, s:s, s:b, s:b}", "status", "ok", "version", YUNTAKAN_VERSION, "media",
                                       media_control_is_connected(server->media), "recorder", recorder_control_is_connected(server->recorder));

    rest_reply(request, 200, body);
}

void
api_health(HttpRequest *request, gpointer server)
{
    rest_run_then(server, request, work_nothing, NULL, store_answered);
}

void
api_unknown(HttpRequest *request, gpointer server)
{
    rest_reply_problem(request, PROBLEM_REQUEST_NOT_FOUND, NULL);
}
