#include "http-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "log.h"

typedef struct {
    HttpLoopFunc func;
    gpointer data;
} Letter;

typedef struct {
    lws_sorted_usec_list_t sul; /* first: libwebsockets hands this pointer back */
    HttpLoop *loop;
    guint64 id;
    HttpLoopFunc func;
    gpointer data;
} Timer;

gint64
http_now_us(void)
{
    return g_get_monotonic_time();
}

static void
log_from_lws(int level, const char *line)
{
    /* What a peer did is no error of ours: libwebsockets logs refused handshakes and the like as errors. */
    log_debug("http", "lws level=%d %.*s", level, (int)strcspn(line, "\n"), line);
}

static void
mailbox_drain(HttpLoop *loop)
{
    GQueue letters = G_QUEUE_INIT;

    g_mutex_lock(&loop->mailbox_lock);
    letters = loop->mailbox;
    g_queue_init(&loop->mailbox);
    g_mutex_unlock(&loop->mailbox_lock);

    Letter *letter;
    while ((letter = g_queue_pop_head(&letters))) {
        letter->func(letter->data);
        g_free(letter);
    }
}

static void
second_passed(lws_sorted_usec_list_t *sul)
{
    HttpLoop *loop = lws_container_of(sul, HttpLoop, second);

    http_requests_look_after(loop);
    http_clients_look_after(loop);
    lws_sul_schedule(loop->context, 0, &loop->second, second_passed, LWS_US_PER_SEC);
}

static int
inner_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    if (reason == LWS_CALLBACK_RAW_RX_FILE) {
        HttpLoop *loop = lws_context_user(lws_get_context(wsi));
        struct signalfd_siginfo info;

        if (read(loop->signal_fd, &info, sizeof info) == sizeof info)
            http_loop_stop(loop);
        return 0;
    }
    return http_client_callback(wsi, reason, user, in, length);
}

static const struct lws_protocols inner_protocols[] = {
    {"yuntakan-client", inner_callback, 0, 32 * 1024, 0, NULL, HTTP_WRITE_MAX},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static gboolean
context_create(HttpLoop *loop)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                   LWS_SERVER_OPTION_VALIDATE_UTF8,
        .user = loop,
        .gid = -1,
        .uid = -1,
        .max_http_header_data = HTTP_HEADERS_MAX,
        .max_http_header_pool = 1000, /* one per request under way; allocated when used */
        .pt_serv_buf_size = 32 * 1024,
        .timeout_secs = 20,
    };

    lws_set_log_level(LLL_ERR | LLL_WARN, log_from_lws);
    loop->context = lws_create_context(&info);
    if (!loop->context)
        return FALSE;

    info.options = 0; /* no TLS as a client: do not load the machine's certificates for it */
    info.protocols = inner_protocols;
    info.vhost_name = "inner";
    info.http_proxy_address = ""; /* or libwebsockets would send our calls to the proxy of the environment */
    loop->inner = lws_create_vhost(loop->context, &info);
    return loop->inner != NULL;
}

HttpLoop *
http_loop_new(GError **error)
{
    HttpLoop *loop = g_new0(HttpLoop, 1);

    loop->signal_fd = -1;
    loop->thread = g_thread_self();
    g_mutex_init(&loop->mailbox_lock);
    g_queue_init(&loop->mailbox);
    loop->timers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    loop->next_timer = 1;
    loop->requests = g_hash_table_new(NULL, NULL);
    loop->sockets = g_hash_table_new(NULL, NULL);
    loop->servers = g_hash_table_new(NULL, NULL);
    loop->clients = g_hash_table_new(NULL, NULL);
    loop->graveyard = g_ptr_array_new_with_free_func(g_free);
    loop->scratch = g_malloc(LWS_PRE + HTTP_WRITE_MAX);
    loop->client_buffer = g_malloc(HTTP_WRITE_MAX);
    if (!context_create(loop)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the event loop cannot be made");
        http_loop_free(loop);
        return NULL;
    }
    lws_sul_schedule(loop->context, 0, &loop->second, second_passed, LWS_US_PER_SEC);
    return loop;
}

/* A timer that is still linked when its context goes would be unlinked from freed memory later. */
static void
timers_silence(HttpLoop *loop)
{
    GHashTableIter iter;
    gpointer timer;

    g_hash_table_iter_init(&iter, loop->timers);
    while (g_hash_table_iter_next(&iter, NULL, &timer))
        lws_sul_cancel(&((Timer *)timer)->sul);
}

static void
detach_owners(HttpLoop *loop)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, loop->servers);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        ((HttpServer *)key)->loop = NULL;
        ((HttpServer *)key)->vhost = NULL;
    }
    g_hash_table_iter_init(&iter, loop->clients);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        http_client_loop_gone(key);
}

void
http_loop_free(HttpLoop *loop)
{
    if (!loop)
        return;

    /* Owners' callbacks run while everything closes; they may still post, cancel and answer. */
    loop->closing = TRUE;
    if (loop->context) {
        lws_sul_cancel(&loop->second);
        timers_silence(loop);
        detach_owners(loop);
        lws_context_destroy(loop->context);
    }
    mailbox_drain(loop);
    loop->context = NULL;

    g_autoptr(GList) left = g_hash_table_get_keys(loop->requests);
    for (GList *at = left; at; at = at->next)
        http_request_free(at->data);

    g_hash_table_unref(loop->requests);
    g_hash_table_unref(loop->sockets);
    g_hash_table_unref(loop->servers);
    g_hash_table_unref(loop->clients);
    g_hash_table_unref(loop->timers);
    g_ptr_array_unref(loop->graveyard);
    if (loop->signal_fd >= 0)
        close(loop->signal_fd);
    g_mutex_clear(&loop->mailbox_lock);
    g_free(loop->scratch);
    g_free(loop->client_buffer);
    g_free(loop);
}

void
http_loop_run(HttpLoop *loop)
{
    loop->thread = g_thread_self();
    while (!g_atomic_int_get(&loop->stopped)) {
        mailbox_drain(loop);
        if (g_atomic_int_get(&loop->stopped))
            break;
        if (lws_service(loop->context, 0) < 0)
            break;
    }
    g_atomic_int_set(&loop->stopped, 0);
}

void
http_loop_stop(HttpLoop *loop)
{
    g_atomic_int_set(&loop->stopped, 1);
    lws_cancel_service(loop->context);
}

void
http_loop_stop_on_signals(HttpLoop *loop)
{
    sigset_t signals;
    lws_sock_file_fd_type fd;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    loop->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    /* libwebsockets closes what it adopts; we read from our own copy. */
    fd.filefd = dup(loop->signal_fd);
    if (loop->signal_fd < 0 ||
        !lws_adopt_descriptor_vhost(loop->inner, LWS_ADOPT_RAW_FILE_DESC, fd, inner_protocols[0].name, NULL))
        log_error("http", "signals cannot be watched errno=%d", errno);
}

void
http_loop_post(HttpLoop *loop, HttpLoopFunc func, gpointer data)
{
    Letter *letter = g_new(Letter, 1);

    letter->func = func;
    letter->data = data;
    g_mutex_lock(&loop->mailbox_lock);
    g_queue_push_tail(&loop->mailbox, letter);
    g_mutex_unlock(&loop->mailbox_lock);
    if (loop->context)
        lws_cancel_service(loop->context);
}

static void
timer_ripe(lws_sorted_usec_list_t *sul)
{
    Timer *timer = lws_container_of(sul, Timer, sul);
    HttpLoopFunc func = timer->func;
    gpointer data = timer->data;

    g_hash_table_remove(timer->loop->timers, &timer->id);
    func(data);
}

guint64
http_loop_after(HttpLoop *loop, guint delay_ms, HttpLoopFunc func, gpointer data)
{
    Timer *timer = g_new0(Timer, 1);

    timer->loop = loop;
    timer->id = loop->next_timer++;
    timer->func = func;
    timer->data = data;
    g_hash_table_insert(loop->timers, &timer->id, timer);
    if (!loop->closing)
        lws_sul_schedule(loop->context, 0, &timer->sul, timer_ripe, MAX((lws_usec_t)delay_ms * 1000, 1));
    return timer->id;
}

void
http_loop_cancel(HttpLoop *loop, guint64 id)
{
    Timer *timer = g_hash_table_lookup(loop->timers, &id);

    if (!timer)
        return;
    lws_sul_cancel(&timer->sul);
    g_hash_table_remove(loop->timers, &id);
}
