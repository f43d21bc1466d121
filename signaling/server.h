/**
 * Server — yuntakan-signaling as a whole: its parts and how they reach each other.
 *
 * One thread, the HttpLoop's; only the store works elsewhere. The parts are opaque here; each header says what it does. The struct is filled by
 * server_new() before anything runs and not changed after.
 */
#pragma once

#include <glib.h>

#include "clock.h"
#include "http-client.h"
#include "http-loop.h"
#include "http-server.h"
#include "network-list.h"
#include "store.h"
#include "throttle.h"
#include "worker.h"

typedef struct Server Server;
typedef struct Access Access;
typedef struct AccessLog AccessLog;
typedef struct Catalogue Catalogue;
typedef struct Courier Courier;
typedef struct DisposalRunner DisposalRunner;
typedef struct Forms Forms;
typedef struct KeyRing KeyRing;
typedef struct Lobby Lobby;
typedef struct MediaControl MediaControl;
typedef struct Outbox Outbox;
typedef struct Polls Polls;
typedef struct Queue Queue;
typedef struct RecorderControl RecorderControl;
typedef struct RecordMaker RecordMaker;
typedef struct Rooms Rooms;
typedef struct SearchIndexer SearchIndexer;
typedef struct Sockets Sockets;
typedef struct SubmissionMaker SubmissionMaker;
typedef struct Turn Turn;
typedef struct Watchers Watchers;

/* How people and other systems are reached; see docs/operations.md. */
typedef struct {
    const char *public_url; /* "https://host" of the pages, for links in messages; NULL = none */
    const char *smtp_url;   /* NULL = no mail */
    const char *smtp_from;
    const char *smtp_user;
    const char *smtp_password_file;
    const char *ca; /* authorities for other systems, PEM; NULL = those of the machine */
} OutsideConfig;

typedef struct {
    const char *data; /* the data directory */
    const char *address;
    int port;
    const char *web;   /* root of the pages */
    const char *items; /* folder of the catalogue */
    const char *turn_urls;        /* NULL = no TURN; see turn.h */
    const char *turn_secret_file;
    const NetworkList *camera_networks; /* where fixed cameras may be */
    const char *forms; /* folder of the forms */
    OutsideConfig outside;
    guint site_layers; /* in how many qualities the site's camera is sent, 1 or 2; 0 = as the phone can */
} ServerConfig;

struct Server {
    const ServerConfig *config;
    const Clock *clock;
    GBytes *secret; /* signs invitations, resume tokens and stream tokens */
    char *nobodys_hash; /* of a password that nobody has */
    HttpLoop *loop;
    HttpServer *http;
    Store *store;
    HttpClient *media_client;
    HttpClient *recorder_client;
    HttpClient *viewers; /* to the recorder too: requests that it holds back until there is something new */
    Access *access;
    AccessLog *access_log;
    Catalogue *catalogue;
    Courier *courier;
    DisposalRunner *disposals;
    Forms *forms;
    KeyRing *keys;
    Lobby *lobby;
    MediaControl *media;
    Outbox *outbox;
    Polls *polls;
    Queue *queue;
    Worker *passwords; /* scrypt */
    Worker *files;     /* stills on their way to the disk */
    RecorderControl *recorder;
    RecordMaker *records;
    Rooms *rooms;
    SearchIndexer *search;
    Sockets *sockets;
    SubmissionMaker *submissions;
    Turn *turn; /* NULL = none */
    Watchers *watchers;
    gboolean failed;
    gboolean stopping; /* nothing is to be tried again */
    Throttle *account_throttle; /* failed sign-ins by account … */
    Throttle *address_throttle; /* … and by address */
};

/** Opens the store and loads the catalogue; server_run() listens. `config` and `clock` outlive it. */
Server *server_new(const ServerConfig *config, const Clock *clock, GError **error);
/** Serves until SIGTERM or SIGINT; FALSE when it could not listen. */
gboolean server_run(Server *server);
void server_free(Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_free)

/** Runs a work on the store thread; see store_run(). */
#define server_store(server, work, input, done, user) store_run((server)->store, work, input, done, user)

/** http_loop_cancel(), also while the server is taken down and the loop is gone. */
static inline void
server_cancel(const Server *server, guint64 timer)
{
    if (server->loop)
        http_loop_cancel(server->loop, timer);
}

static inline gint64
server_now(const Server *server)
{
    return clock_wall_us(server->clock);
}
