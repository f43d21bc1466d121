/* A request on its way to a worker and back, and what all of them are asked first. */
#include "media-api-private.h"

#include <string.h>

void
media_call_answer(gpointer data)
{
    MediaCall *call = data;

    media_answer_send(&call->answer, call->request);
    media_answer_clear(&call->answer);
    g_free(call->room);
    g_free(call->connection);
    g_free(call);
}

void
media_call_done(MediaCall *call)
{
    http_loop_post(call->api->config.loop, media_call_answer, call);
}

MediaCall *
media_call_new(MediaApi *api, HttpRequest *request)
{
    MediaCall *call = g_new0(MediaCall, 1);

    call->api = api;
    call->request = request;
    call->room = g_strdup(http_request_param(request, "room"));
    call->connection = g_strdup(http_request_param(request, "connection"));
    call->answer.status = 200;
    call->answer.content_type = "application/json";
    return call;
}

void
media_api_refuse(HttpRequest *request, MediaProblem problem, const char *detail)
{
    MediaAnswer answer = {0};

    media_answer_problem(&answer, problem, detail);
    media_answer_send(&answer, request);
    media_answer_clear(&answer);
}

gboolean
media_api_find_worker(MediaApi *api, HttpRequest *request, guint *ret_worker)
{
    const char *room = http_request_param(request, "room");
    gpointer worker;

    if (!g_hash_table_lookup_extended(api->rooms, room, NULL, &worker)) {
        media_api_refuse(request, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
        return FALSE;
    }
    *ret_worker = GPOINTER_TO_UINT(worker);
    return TRUE;
}

void
media_call_send(MediaCall *call, guint worker, WorkerFunc func)
{
    call->worker = worker;
    worker_post(call->api->workers[worker], func, call);
}

void
media_call_answer_json(MediaCall *call, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    call->answer.body = g_strdup(text);
    free(text);
}

gboolean
media_api_is_id(const char *text)
{
    gsize length = text ? strlen(text) : 0;

    if (!length || length > MEDIA_ID_MAX)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '-' && text[i] != '_')
            return FALSE;
    return TRUE;
}

