#include "watchers.h"

#include "log.h"
#include "model/model.h"
#include "outbox.h"
#include "room.h"

/* A player reads the playlist every three seconds at least; a line that is lost for longer has gone. */
#define GONE_US (15 * G_USEC_PER_SEC)
#define LOOK_MS 5000
/* A bureau has a handful of observers. */
#define WATCHERS_MAX 256

typedef struct {
    char *visit, *user, *name;
    gint64 seen; /* monotonic */
} Watcher;

struct Watchers {
    Server *server;
    GPtrArray *all; /* of Watcher */
    guint64 timer;
};

static void
watcher_free(gpointer data)
{
    Watcher *watcher = data;

    g_free(watcher->visit);
    g_free(watcher->user);
    g_free(watcher->name);
    g_free(watcher);
}

Watchers *
watchers_new(Server *server)
{
    Watchers *watchers = g_new0(Watchers, 1);

    watchers->server = server;
    watchers->all = g_ptr_array_new_with_free_func(watcher_free);
    return watchers;
}

void
watchers_free(Watchers *watchers)
{
    if (!watchers)
        return;
    server_cancel(watchers->server, watchers->timer);
    g_ptr_array_unref(watchers->all);
    g_free(watchers);
}

static void
tell(const Watchers *watchers, const char *visit)
{
    Room *room = rooms_get(watchers->server->rooms, visit);

    if (room)
        room_changed(room);
}

static void look(gpointer data);

static void
look_later(Watchers *watchers)
{
    if (watchers->timer == 0 && watchers->all->len > 0)
        watchers->timer = http_loop_after(watchers->server->loop, LOOK_MS, look, watchers);
}

static void
look(gpointer data)
{
    Watchers *watchers = data;
    gint64 now = clock_mono_us(watchers->server->clock);

    watchers->timer = 0;
    for (guint i = watchers->all->len; i-- > 0;) {
        Watcher *watcher = watchers->all->pdata[i];
        g_autofree char *visit = g_strdup(watcher->visit);

        if (now - watcher->seen < GONE_US)
            continue;
        g_ptr_array_remove_index_fast(watchers->all, i);
        tell(watchers, visit);
    }
    look_later(watchers);
}

static void
noted(json_t *output, const GError *error, gpointer user)
{
    Server *server = user;

    if (error)
        log_error("room", "who watches could not be noted: %s", problem_entry(problem_of(error))->code);
    else
        outbox_kick(server->outbox, json_string_value(json_object_get(output, "visit")));
}

void
watchers_note(Watchers *watchers, const char *visit, const StaffUser *user)
{
    Server *server = watchers->server;

    for (guint i = 0; i < watchers->all->len; i++) {
        Watcher *watcher = watchers->all->pdata[i];

        if (g_str_equal(watcher->visit, visit) && g_str_equal(watcher->user, user->id)) {
            watcher->seen = clock_mono_us(server->clock);
            return;
        }
    }
    if (watchers->all->len == WATCHERS_MAX)
        return;

    Watcher *watcher = g_new0(Watcher, 1);

    *watcher = (Watcher){ g_strdup(visit), g_strdup(user->id), g_strdup(user->name), clock_mono_us(server->clock) };
    g_ptr_array_add(watchers->all, watcher);
    log_info("room", "watched visit=%s user=%s", visit, user->id);
    server_store(server, model_watch, json_pack("{s:s, s:s, s:s, s:s, s:I}", "visit", visit, "user", user->id, "name", user->name, "role", role_name(user->role),
                                                "now", (json_int_t) server_now(server)), noted, server);
    tell(watchers, visit);
    look_later(watchers);
}

json_t *
watchers_of(const Watchers *watchers, const char *visit)
{
    json_t *names = json_array();

    for (guint i = 0; i < watchers->all->len; i++) {
        const Watcher *watcher = watchers->all->pdata[i];

        if (g_str_equal(watcher->visit, visit))
            json_array_append_new(names, json_string(watcher->name));
    }
    return names;
}
