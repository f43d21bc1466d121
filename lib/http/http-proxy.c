#include "http-private.h"

#include <string.h>

/* Until the upstream's first byte: the verifier reads a whole recording before it answers. */
#define FIRST_BYTE_MS 120000

/* Between the upstream and a slow peer (http-client.h). */
#define BETWEEN_MAX (256 * 1024)

typedef struct {
    HttpRequest *request; /* NULL once it must not be used */
    HttpCall *call;       /* NULL once it has ended */
    gboolean streaming;
} Proxy;

static void
proxy_free_if_done(Proxy *proxy)
{
    if (!proxy->request && !proxy->call)
        g_free(proxy);
}

static void
peer_gone(gpointer user)
{
    Proxy *proxy = user;

    proxy->request = NULL;
    if (proxy->call)
        http_call_cancel(proxy->call);
    else
        proxy_free_if_done(proxy);
}

static void
peer_writable(HttpRequest *request, gpointer user)
{
    Proxy *proxy = user;

    if (proxy->call)
        http_call_resume(proxy->call);
}

static const HttpStreamRules to_peer = {peer_writable, peer_gone};

static void
upstream_head(HttpCall *call)
{
    static const struct {
        const char *lower, *name;
    } passed[] = {
        {"content-range", "Content-Range"},
        {"accept-ranges", "Accept-Ranges"},
        {"etag", "ETag"},
        {"content-disposition", "Content-Disposition"},
        {"cache-control", "Cache-Control"},
    };
    Proxy *proxy = call->user;
    g_autofree char *type = http_call_header(call, "content-type");

    for (gsize i = 0; i < G_N_ELEMENTS(passed); i++) {
        g_autofree char *value = http_call_header(call, passed[i].lower);

        if (value)
            http_request_add_header(proxy->request, passed[i].name, value);
    }
    http_call_take_your_time(call);
    proxy->streaming = TRUE;
    http_answer_stream(proxy->request, call->status, type, call->length, &to_peer, proxy);
}

static void
upstream_data(HttpCall *call, const void *data, gsize length)
{
    Proxy *proxy = call->user;
    g_autoptr(GBytes) chunk = g_bytes_new(data, length);

    http_request_stream_write(proxy->request, chunk);
    if (http_request_stream_queued(proxy->request) >= BETWEEN_MAX - HTTP_WRITE_MAX)
        http_call_pause(call);
}

static void
upstream_end(HttpCall *call, const char *problem)
{
    Proxy *proxy = call->user;
    HttpRequest *request = proxy->request;

    proxy->call = NULL;
    if (request && !proxy->streaming) {
        proxy->request = NULL;
        http_request_refuse(request, 502, "http/upstream", "The service behind this address does not answer.",
                            "后端服务暂时无法应答。");
    } else if (request && problem) {
        http_answer_abort(request);
    } else if (request) {
        http_request_stream_write(request, NULL);
    }
    proxy_free_if_done(proxy);
}

static const HttpCallSink from_upstream = {upstream_head, upstream_data, upstream_end};

void
http_client_proxy(HttpClient *client, HttpRequest *request, const char *path)
{
    Proxy *proxy = g_new0(Proxy, 1);
    GBytes *body = http_request_body(request);

    proxy->request = request;
    proxy->call =
        http_call_start(client, http_request_method(request), path, &from_upstream, proxy, FIRST_BYTE_MS);
    proxy->call->range = g_strdup(http_request_header(request, "range"));
    proxy->call->if_range = g_strdup(http_request_header(request, "if-range"));
    proxy->call->if_none_match = g_strdup(http_request_header(request, "if-none-match"));
    proxy->call->content_type = g_strdup(http_request_header(request, "content-type"));
    proxy->call->body = g_bytes_get_size(body) > 0 ? g_bytes_ref(body) : NULL;
    http_request_on_gone(request, peer_gone, proxy);
}
