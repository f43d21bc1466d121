#include "turn.h"

#include <string.h>

struct Turn {
    char **urls;
    char *secret;
};

static gboolean G_GNUC_PRINTF(2, 3)
fail(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_propagate_error(error, g_error_new_valist(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, arguments));
    va_end(arguments);
    return FALSE;
}

/* RFC 7065: turn:host[:port][?transport=udp|tcp]; the browser judges the rest. */
static gboolean
check_urls(char **urls, GError **error)
{
    guint n = g_strv_length(urls);

    if (n < 1 || n > TURN_URLS_MAX)
        return fail(error, "--turn-url takes 1 to %d URLs", TURN_URLS_MAX);
    for (char **url = urls; *url; url++) {
        const char *host = g_str_has_prefix(*url, "turn:") ? *url + 5 : g_str_has_prefix(*url, "turns:") ? *url + 6 : NULL;

        if (!host || !*host || strlen(*url) > TURN_URL_MAX_CHARS || strpbrk(*url, " \t\r\n\"/@"))
            return fail(error, "--turn-url: %s is no turn:HOST[:PORT][?transport=udp|tcp] or turns:…", *url);
    }
    return TRUE;
}

static char *
read_secret(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;

    if (!path) {
        fail(error, "--turn-url needs --turn-secret-file");
        return NULL;
    }
    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    text[strcspn(text, "\r\n")] = '\0';
    if (length > TURN_SECRET_MAX_BYTES || strlen(text) < TURN_SECRET_MIN_CHARS) {
        fail(error, "%s: a secret of at least %d characters in one line is wanted", path, TURN_SECRET_MIN_CHARS);
        return NULL;
    }
    return g_steal_pointer(&text);
}

Turn *
turn_new(const char *urls, const char *secret_file, GError **error)
{
    g_autoptr(Turn) turn = NULL;

    if (!urls)
        return NULL;
    turn = g_new0(Turn, 1);
    turn->urls = g_strsplit(urls, ",", TURN_URLS_MAX + 1);
    if (!check_urls(turn->urls, error))
        return NULL;
    turn->secret = read_secret(secret_file, error);
    return turn->secret ? g_steal_pointer(&turn) : NULL;
}

void
turn_free(Turn *turn)
{
    if (!turn)
        return;
    g_strfreev(turn->urls);
    g_free(turn->secret);
    g_free(turn);
}

static char *
password_of(const Turn *turn, const char *username)
{
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA1, (const guchar *) turn->secret, strlen(turn->secret));
    guint8 digest[20];
    gsize length = sizeof digest;

    g_hmac_update(hmac, (const guchar *) username, (gssize) strlen(username));
    g_hmac_get_digest(hmac, digest, &length);
    return g_base64_encode(digest, length);
}

json_t *
turn_ice_servers(const Turn *turn, const char *participant, gint64 now_us)
{
    json_t *urls = json_array();

    if (!turn)
        return urls;

    g_autofree char *username = g_strdup_printf("%" G_GINT64_FORMAT ":%s", (now_us + TURN_LIFETIME_US) / G_USEC_PER_SEC, participant);
    g_autofree char *password = password_of(turn, username);

    for (char **url = turn->urls; *url; url++)
        json_array_append_new(urls, json_string(*url));
    return json_pack("[{s:o, s:s, s:s}]", "urls", urls, "username", username, "credential", password);
}
