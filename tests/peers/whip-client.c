#include "whip-client.h"

#include <curl/curl.h>

#define ANSWER_MAX (256 * 1024)
#define TIMEOUT_S  10L

G_DEFINE_QUARK(whip-error, whip_error)

static size_t
collect(char *data, size_t size, size_t n, void *user)
{
    GString *body = user;

    if (body->len + size * n > ANSWER_MAX)
        return 0;
    g_string_append_len(body, data, (gssize) (size * n));
    return size * n;
}

static size_t
find_location(char *data, size_t size, size_t n, void *user)
{
    char **location = user;
    g_autofree char *line = g_strndup(data, size * n);

    if (!g_ascii_strncasecmp(line, "location:", 9)) {
        g_free(*location);
        *location = g_strdup(g_strstrip(line + 9));
    }
    return size * n;
}

static long
perform(const WhipTarget *target, const char *method, const char *url, const char *offer, GString *body, char **ret_location, GError **error)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = offer ? curl_slist_append(NULL, "Content-Type: application/sdp") : NULL;
    g_autofree char *authorization = target->bearer ? g_strdup_printf("Authorization: Bearer %s", target->bearer) : NULL;
    long status = 0;

    if (authorization)
        headers = curl_slist_append(headers, authorization);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, find_location);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, ret_location);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* test traffic stays on this machine */
    if (offer)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, offer);
    if (target->unix_socket)
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, target->unix_socket);
    if (target->insecure) {
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }

    CURLcode result = curl_easy_perform(curl);

    if (result != CURLE_OK)
        g_set_error(error, WHIP_ERROR, 0, "%s %s: %s", method, url, curl_easy_strerror(result));
    else
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

char *
whip_post_offer(const WhipTarget *target, const char *offer, char **ret_resource, GError **error)
{
    g_autoptr(GString) body = g_string_new(NULL);
    g_autofree char *location = NULL;
    long status = perform(target, "POST", target->url, offer, body, &location, error);

    if (!status)
        return NULL;
    if (status != 201 || !location) {
        g_set_error(error, WHIP_ERROR, (int) status, "status %ld, %s Location: %s", status, location ? "with" : "without", body->str);
        return NULL;
    }
    *ret_resource = g_uri_resolve_relative(target->url, location, G_URI_FLAGS_NONE, error);
    return *ret_resource ? g_string_free(g_steal_pointer(&body), FALSE) : NULL;
}

gboolean
whip_delete(const WhipTarget *target, const char *resource, GError **error)
{
    g_autoptr(GString) body = g_string_new(NULL);
    g_autofree char *location = NULL;
    long status = perform(target, "DELETE", resource, NULL, body, &location, error);

    if (status && status != 200 && status != 204)
        g_set_error(error, WHIP_ERROR, (int) status, "status %ld: %s", status, body->str);
    return status == 200 || status == 204;
}
