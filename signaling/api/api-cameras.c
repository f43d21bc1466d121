#include "api.h"

#include "../access.h"
#include "../cameras.h"
#include "../model/model.h"
#include "../rest.h"
#include "bounded-json.h"
#include "camera-url.h"

static const FieldRule camera_rules[] = {
    { "name", FIELD_STRING, FIELD_REQUIRED, 1, 60, NULL, NULL, NULL },
    { "url", FIELD_STRING, FIELD_REQUIRED, 1, CAMERA_URL_MAX, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

typedef struct {
    Server *server;
    HttpRequest *request;
    char *visit, *user, *camera; /* camera NULL: one is added */
    json_t *body;
} CameraRequest;

static void
camera_request_free(CameraRequest *request)
{
    g_free(request->visit);
    g_free(request->user);
    g_free(request->camera);
    json_decref(request->body);
    g_free(request);
}

static void
changed(Server *server, json_t *output, const GError *error, gpointer user)
{
    CameraRequest *request = user;

    if (error) {
        rest_reply_error(request->request, error);
    } else if (request->camera) {
        http_request_reply(request->request, 204, NULL, NULL);
    } else {
        g_autoptr(json_t) added = json_pack("{s:O}", "camera", json_object_get(output, "camera"));

        rest_reply(request->request, 201, added);
    }
    camera_request_free(request);
}

/* The account is assigned to the visit, and it is live. */
static void
checked(json_t *output, const GError *error, gpointer user)
{
    CameraRequest *request = user;
    Room *room = rooms_get(request->server->rooms, request->visit);
    CameraWish wish = { request->visit, request->user, field_string(request->body, "name"), field_string(request->body, "url") };

    if (error || !room || !room_has_media(room)) {
        g_autoptr(GError) refused = NULL;

        problem_set(&refused, PROBLEM_MESSAGE_VISIT_STATE, NULL);
        rest_reply_error(request->request, error ? error : refused);
        camera_request_free(request);
    } else if (request->camera) {
        cameras_remove(request->server, request->visit, request->user, request->camera, changed, request);
    } else {
        cameras_add(request->server, &wish, changed, request);
    }
}

static void
begin(Server *server, HttpRequest *http, const StaffUser *user, const char *visit, const char *camera, json_t *body)
{
    CameraRequest *request = g_new0(CameraRequest, 1);

    *request = (CameraRequest) { server, http, g_strdup(visit), g_strdup(user->id), g_strdup(camera), body };
    server_store(server, model_visit_check, json_pack("{s:s, s:s}", "visit", visit, "user", user->id), checked, request);
}

void
api_camera_add(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR);
    const char *visit = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    json_t *body = visit ? rest_body(request, camera_rules) : NULL;

    if (body)
        begin(server, request, user, visit, NULL, body);
}

void
api_camera_remove(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR);
    const char *visit = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    const char *camera = visit ? rest_path_id(request, "camera", PROBLEM_CAMERA_NOT_FOUND) : NULL;

    if (camera && access_require_same_origin(request))
        begin(server, request, user, visit, camera, NULL);
}
