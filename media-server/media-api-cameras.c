/* Fixed cameras of a room. */
#include "media-api-private.h"

#include "bounded-json.h"

static void
put_camera_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Room *room = worker_room(worker, call->room);
    CameraUrl *url = g_steal_pointer(&call->camera.url);
    g_autoptr(GError) error = NULL;
    gboolean created = FALSE;
    Camera *camera = room ? room_put_camera(room, call->camera.id, call->camera.order, url, &created, &error) : NULL;

    if (camera) {
        call->answer.status = created ? 201 : 200;
        media_call_answer_json(call, camera_describe(camera));
    } else if (room) {
        media_answer_problem(&call->answer, MEDIA_PROBLEM_CAMERA_LIMIT, NULL);
    } else {
        camera_url_clear(url);
        g_free(url);
        media_answer_problem(&call->answer, MEDIA_PROBLEM_ROOM_NOT_FOUND, NULL);
    }
    g_free(call->camera.id);
    media_call_done(call);
}

/* An address is judged at once; a name when the camera's thread has looked it up (state `lost`, reason `network`). */
static gboolean
may_be_asked(const NetworkList *networks, const CameraUrl *url)
{
    NetworkAddress address;

    return !network_address_parse(url->host, &address) || network_list_allows(networks, &address);
}

void
media_api_put_camera(HttpRequest *request, gpointer user)
{
    MediaApi *api = user;
    const char *id = http_request_param(request, "camera");
    g_autoptr(json_t) body = NULL;
    g_auto(CameraUrl) url = {0};
    json_int_t order;
    guint worker;
    MediaCall *call;

    if (!media_api_find_worker(api, request, &worker))
        return;
    body = bounded_json_parse_bytes(http_request_body(request), MEDIA_BODY_MAX, NULL);
    order = json_integer_value(json_object_get(body, "order"));
    if (!media_api_is_id(id) || !body || order < 0 || order > 999) {
        media_api_refuse(request, MEDIA_PROBLEM_BAD_BODY, "url, order");
    } else if (network_list_is_empty(api->config.camera_networks)) {
        media_api_refuse(request, MEDIA_PROBLEM_CAMERA_DISABLED, NULL);
    } else if (!camera_url_parse(json_string_value(json_object_get(body, "url")), &url)) {
        media_api_refuse(request, MEDIA_PROBLEM_CAMERA_URL, NULL);
    } else if (!may_be_asked(api->config.camera_networks, &url)) {
        media_api_refuse(request, MEDIA_PROBLEM_CAMERA_NETWORK, NULL);
    } else {
        call = media_call_new(api, request);
        call->camera.id = g_strdup(id);
        call->camera.order = (guint)order;
        call->camera.url = g_memdup2(&url, sizeof url);
        url = (CameraUrl){0};
        media_call_send(call, worker, put_camera_on_worker);
    }
}

static void
delete_camera_on_worker(Worker *worker, gpointer data)
{
    MediaCall *call = data;
    Room *room = worker_room(worker, call->room);

    if (room && room_remove_camera(room, call->camera.id))
        call->answer.body = g_strdup("{}");
    else
        media_answer_problem(&call->answer, MEDIA_PROBLEM_CAMERA_NOT_FOUND, NULL);
    g_free(call->camera.id);
    media_call_done(call);
}

void
media_api_delete_camera(HttpRequest *request, gpointer user)
{
    guint worker;
    MediaCall *call;

    if (!media_api_find_worker(user, request, &worker))
        return;
    call = media_call_new(user, request);
    call->camera.id = g_strdup(http_request_param(request, "camera"));
    media_call_send(call, worker, delete_camera_on_worker);
}
