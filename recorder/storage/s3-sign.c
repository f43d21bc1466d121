#include "s3-sign.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

S3Place *
s3_place_new(const char *url, const char *region, const char *credentials, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, error);
    g_auto(GStrv) lines = g_strsplit_set(credentials, "\r\n", -1);
    g_autoptr(S3Place) place = g_new0(S3Place, 1);
    const char *scheme = uri ? g_uri_get_scheme(uri) : NULL, *host = uri ? g_uri_get_host(uri) : NULL;
    int port = uri ? g_uri_get_port(uri) : -1;
    guint filled = 0;

    if (!uri)
        return NULL;
    if ((!g_str_equal(scheme, "https") && !g_str_equal(scheme, "http")) || !host || !*host || g_uri_get_query(uri) || g_uri_get_userinfo(uri)) {
        g_set_error(error, G_URI_ERROR, G_URI_ERROR_FAILED, "not https://HOST[:PORT]/BUCKET[/PREFIX]");
        return NULL;
    }
    place->endpoint = port > 0 ? g_strdup_printf("%s://%s:%d", scheme, host, port) : g_strdup_printf("%s://%s", scheme, host);
    place->prefix = g_strdup(g_uri_get_path(uri));
    while (*place->prefix == '/')
        memmove(place->prefix, place->prefix + 1, strlen(place->prefix));
    while (*place->prefix && place->prefix[strlen(place->prefix) - 1] == '/')
        place->prefix[strlen(place->prefix) - 1] = '\0';
    place->region = g_strdup(region && *region ? region : "us-east-1");
    for (char **line = lines; *line && filled < 2; line++) {
        if (!*g_strstrip(*line))
            continue;
        *(filled++ == 0 ? &place->access_key : &place->secret_key) = g_strdup(*line);
    }
    if (filled == 2)
        return g_steal_pointer(&place);
    g_set_error(error, G_URI_ERROR, G_URI_ERROR_FAILED, "the credentials file has an access key and a secret key, a line each");
    return NULL;
}

void
s3_place_free(S3Place *place)
{
    if (!place)
        return;
    if (place->secret_key)
        memset(place->secret_key, 0, strlen(place->secret_key));
    g_free(place->endpoint);
    g_free(place->prefix);
    g_free(place->region);
    g_free(place->access_key);
    g_free(place->secret_key);
    g_free(place);
}

static void
hmac(const guint8 *key, gsize key_length, const char *text, guint8 ret[32])
{
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key, key_length);
    gsize length = 32;

    g_hmac_update(hmac, (const guint8 *) text, (gssize) strlen(text));
    g_hmac_get_digest(hmac, ret, &length);
    g_hmac_unref(hmac);
}

static char *
signature_of(const S3Place *place, const char *day, const char *to_sign)
{
    g_autofree char *secret = g_strconcat("AWS4", place->secret_key, NULL);
    guint8 key[32];
    char *hex = g_malloc(65);

    hmac((const guint8 *) secret, strlen(secret), day, key);
    hmac(key, sizeof key, place->region, key);
    hmac(key, sizeof key, "s3", key);
    hmac(key, sizeof key, "aws4_request", key);
    hmac(key, sizeof key, to_sign, key);
    for (gsize i = 0; i < sizeof key; i++)
        g_snprintf(hex + 2 * i, 3, "%02x", key[i]);
    memset(secret, 0, strlen(secret));
    return hex;
}

char *
s3_presign(const S3Place *place, const char *method, const char *key, gint64 now_us, guint expires_s)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
    g_autofree char *stamp = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
    g_autofree char *day = g_strndup(stamp, 8);
    g_autofree char *raw = g_strconcat("/", place->prefix, *place->prefix ? "/" : "", key, NULL);
    g_autofree char *path = g_uri_escape_string(raw, "/", FALSE);
    g_autofree char *scope = g_strdup_printf("%s/%s/s3/aws4_request", day, place->region);
    g_autofree char *credential_raw = g_strconcat(place->access_key, "/", scope, NULL);
    g_autofree char *credential = g_uri_escape_string(credential_raw, NULL, FALSE);
    g_autofree char *query = g_strdup_printf("X-Amz-Algorithm=" ALGORITHM "&X-Amz-Credential=%s&X-Amz-Date=%s&X-Amz-Expires=%u&X-Amz-SignedHeaders=host", credential, stamp, expires_s);
    g_autofree char *canonical = g_strdup_printf("%s\n%s\n%s\nhost:%s\n\nhost\nUNSIGNED-PAYLOAD", method, path, query, strstr(place->endpoint, "://") + 3);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
    g_autofree char *to_sign = g_strdup_printf(ALGORITHM "\n%s\n%s\n%s", stamp, scope, digest);
    g_autofree char *signature = signature_of(place, day, to_sign);

    return g_strconcat(place->endpoint, path, "?", query, "&X-Amz-Signature=", signature, NULL);
}
