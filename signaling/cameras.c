#include "cameras.h"

#include "bounded-json.h"
#include "camera-url.h"
#include "field-rules.h"
#include "log.h"
#include "media-control.h"
#include "model/model.h"
#include "outbox.h"
#include "problem.h"
#include "uuid7.h"

typedef struct {
    Server *server;
    char *visit, *account, *camera;
    json_t *input; /* of the work; NULL when it is on its way */
    CameraFunc done;
    gpointer user;
} Change;

gboolean
cameras_are_enabled(const Server *server)
{
    return !network_list_is_empty(server->config->camera_networks);
}

static Change *
change_new(Server *server, const char *visit, const char *account, const char *camera, CameraFunc done, gpointer user)
{
    Change *change = g_new0(Change, 1);

    *change = (Change) { .server = server, .visit = g_strdup(visit), .account = g_strdup(account), .camera = g_strdup(camera), .done = done, .user = user };
    return change;
}

static void
change_end(Change *change, json_t *output, const GError *error)
{
    change->done(change->server, output, error, change->user);
    json_decref(change->input);
    g_free(change->visit);
    g_free(change->account);
    g_free(change->camera);
    g_free(change);
}

static void
take_room(const Change *change, json_t *output)
{
    rooms_update_state(change->server->rooms, change->visit, json_object_get(output, "room"));
    outbox_kick(change->server->outbox, change->visit);
}

/* --- adding: checked, then at the media server, then in the store: what it refuses was never there --- */

static gboolean
check(const Server *server, const CameraWish *wish, CameraUrl *ret_url, GError **error)
{
    NetworkAddress address;

    if (!cameras_are_enabled(server))
        return problem_set(error, PROBLEM_CAMERA_DISABLED, NULL);
    if (!camera_url_parse(wish->url, ret_url))
        return problem_set(error, PROBLEM_CAMERA_URL, NULL);
    /* A name is judged by the media server, which looks it up and connects. */
    if (!network_address_parse(ret_url->host, &address) || network_list_allows(server->config->camera_networks, &address))
        return TRUE;
    camera_url_clear(ret_url);
    return problem_set(error, PROBLEM_CAMERA_NETWORK, NULL);
}

static void
stored(json_t *output, const GError *error, gpointer user)
{
    Change *change = user;

    if (error) {
        media_control_remove_camera(change->server->media, change->visit, change->camera);
    } else {
        log_info("room", "camera added visit=%s camera=%s", change->visit, change->camera);
        take_room(change, output);
        media_control_sync(change->server->media, change->visit); /* its states so far were of nobody we knew */
    }
    change_end(change, output, error);
}

static void
accepted(const GError *error, gpointer user)
{
    Change *change = user;

    if (error)
        change_end(change, NULL, error);
    else
        server_store(change->server, model_camera_add, g_steal_pointer(&change->input), stored, change);
}

void
cameras_add(Server *server, const CameraWish *wish, CameraFunc done, gpointer user)
{
    g_autofree char *id = uuid7_new(server->clock);
    g_autoptr(GError) error = NULL;
    g_auto(CameraUrl) url = { 0 };
    Change *change;

    if (!check(server, wish, &url, &error)) {
        done(server, NULL, error, user);
        return;
    }
    change = change_new(server, wish->visit, wish->user, id, done, user);
    change->input = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "visit", wish->visit, "user", wish->user, "camera", id, "name", wish->name, "url",
                              wish->url, "address", url.shown, "now", (json_int_t) server_now(server));
    media_control_put_camera(server->media, wish->visit, id, wish->url, accepted, change);
}

/* --- removing: the store first, or a restart would bring it back --- */

static void
removed(json_t *output, const GError *error, gpointer user)
{
    Change *change = user;

    if (!error) {
        log_info("room", "camera removed visit=%s camera=%s", change->visit, change->camera);
        media_control_remove_camera(change->server->media, change->visit, change->camera);
        take_room(change, output);
    }
    change_end(change, output, error);
}

void
cameras_remove(Server *server, const char *visit, const char *account, const char *camera, CameraFunc done, gpointer user)
{
    json_t *input =
        json_pack("{s:s, s:s, s:s, s:I}", "visit", visit, "user", account, "camera", camera, "now", (json_int_t) server_now(server));

    server_store(server, model_camera_remove, input, removed, change_new(server, visit, account, camera, done, user));
}

/* --- telling --- */

json_t *
cameras_of_room(const Room *room)
{
    json_t *list = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(room_cameras_json(room), i, row) {
        const char *participant = field_string(row, "participant");
        const Member *member = room_member((Room *) room, participant);
        const char *state = member ? field_string(member->camera, "state") : NULL;
        const char *reason = member ? field_string(member->camera, "reason") : NULL;

        json_array_append_new(list, json_pack("{s:s, s:O, s:s, s:s?}", "participant", participant, "address", json_object_get(row, "address"), "state",
                                              state ? state : "connecting", "reason", reason && *reason ? reason : NULL));
    }
    return list;
}
