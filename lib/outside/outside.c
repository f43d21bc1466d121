#include "outside.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_TIMEOUT_S 5L

G_DEFINE_QUARK(outside-error-quark, outside_error)

void
outside_init(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

void
outside_end(void)
{
    curl_global_cleanup();
}

static size_t
drop(char *data, size_t size, size_t count, void *user)
{
    gsize *left = user;

    /* An answer is only its status; more than a page of words ends the transfer. */
    if (size * count > *left)
        return 0;
    *left -= size * count;
    return size * count;
}

typedef struct {
    const char *data;
    gsize left;
} Source;

static size_t
give(char *buffer, size_t size, size_t count, void *user)
{
    Source *source = user;
    gsize length = MIN(size * count, source->left);

    memcpy(buffer, source->data, length);
    source->data += length;
    source->left -= length;
    return length;
}

static void
set_common(CURL *curl, const char *url, const char *ca, guint timeout_ms, gsize *answer)
{
    *answer = 64 * 1024;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "yuntakan");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long) timeout_ms);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (ca)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
}

/* Performs and judges; `scheme` goes into the code. */
static gboolean
perform(CURL *curl, const char *scheme, GError **error)
{
    CURLcode result = curl_easy_perform(curl);
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (result == CURLE_OK && status >= 200 && status < 300)
        return TRUE;
    if (status >= 300)
        g_set_error(error, OUTSIDE_ERROR, OUTSIDE_ERROR_REFUSED, "%s-%ld", scheme, status);
    else
        g_set_error(error, OUTSIDE_ERROR, OUTSIDE_ERROR_UNREACHABLE, "%s", result == CURLE_OPERATION_TIMEDOUT ? "timeout" : curl_easy_strerror(result));
    return FALSE;
}

gboolean
outside_post(const OutsidePost *post, GError **error)
{
    CURL *curl = curl_easy_init();
    g_autofree char *type = g_strconcat("Content-Type: ", post->content_type, NULL);
    struct curl_slist *headers = curl_slist_append(NULL, type);
    gsize length, answer;
    const void *data = g_bytes_get_data(post->body, &length);
    gboolean good;

    /* No "Expect: 100-continue", at which small gateways stumble. */
    headers = curl_slist_append(headers, "Expect:");
    for (const char *const *header = post->headers; header && *header; header++)
        headers = curl_slist_append(headers, *header);
    set_common(curl, post->url, post->ca, post->timeout_ms, &answer);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, data ? data : "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) length);
    good = perform(curl, "http", error);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return good;
}

gboolean
outside_mail(const OutsideMail *mail, GError **error)
{
    CURL *curl = curl_easy_init();
    g_autofree char *from = g_strdup_printf("<%s>", mail->from);
    g_autofree char *to = g_strdup_printf("<%s>", mail->to);
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    Source source = { NULL, 0 };
    gsize answer;
    gboolean good;

    source.data = g_bytes_get_data(mail->message, &source.left);
    set_common(curl, mail->url, mail->ca, mail->timeout_ms, &answer);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    /* STARTTLS where it is offered; with a password never without. */
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long) (mail->user ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (mail->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password ? mail->password : "");
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &source);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    good = perform(curl, "smtp", error);
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    return good;
}

gboolean
outside_url_is_allowed(const char *url)
{
    static const char *const loopback[] = { "127.0.0.1", "localhost", "::1", NULL };
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    if (!uri || !g_uri_get_host(uri) || !*g_uri_get_host(uri) || g_uri_get_userinfo(uri))
        return FALSE;
    return g_str_equal(g_uri_get_scheme(uri), "https") || (g_str_equal(g_uri_get_scheme(uri), "http") && g_strv_contains(loopback, g_uri_get_host(uri)));
}
