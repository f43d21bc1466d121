#include "ctl.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The longest answer that is not a download: a visit with a full check list. */
#define ANSWER_MAX (16 * 1024 * 1024)

struct CtlHttp {
    CURL *curl;
    char *server;
    char *cookie_file;
};

typedef struct {
    GByteArray *text; /* NULL: to the file */
    FILE *file;
    CURL *curl;
    gint64 bytes;
} Sink;

static const CtlText unreachable = {"the server cannot be reached", "无法连接服务器"};
static const CtlText unreadable = {"the server's answer cannot be read", "无法解析服务器的应答"};

CtlHttp *
ctl_http_new(const Ctl *ctl)
{
    CtlHttp *http = g_new0(CtlHttp, 1);
    const char *server = ctl_option(ctl, "server", "YUNTAKAN_SERVER"),
               *ca = ctl_option(ctl, "ca", "YUNTAKAN_CA");

    http->server = g_strdup(server ? server : "https://localhost:8443");
    if (g_str_has_suffix(http->server, "/"))
        http->server[strlen(http->server) - 1] = '\0';
    http->cookie_file = g_build_filename(g_get_user_config_dir(), "yuntakan", "cookies", NULL);
    http->curl = curl_easy_init();
    curl_easy_setopt(http->curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(http->curl, CURLOPT_USERAGENT, "yuntakanctl/" YUNTAKAN_VERSION);
    curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(http->curl, CURLOPT_COOKIEFILE, ""); /* keeps cookies for this run */
    if (ca)
        curl_easy_setopt(http->curl, CURLOPT_CAINFO, ca);
    if (ctl_flag(ctl, "insecure")) {
        curl_easy_setopt(http->curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(http->curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    return http;
}

void
ctl_http_free(CtlHttp *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->curl);
    g_free(http->server);
    g_free(http->cookie_file);
    g_free(http);
}

static size_t
sink_write(char *data, size_t size, size_t count, void *user)
{
    Sink *sink = user;
    size_t length = size * count;
    long status = 0;

    sink->bytes += (gint64)length;
    curl_easy_getinfo(sink->curl, CURLINFO_RESPONSE_CODE, &status);
    if (sink->file && status < 300)
        return fwrite(data, 1, length, sink->file);
    if (sink->text->len + length > ANSWER_MAX)
        return 0;
    g_byte_array_append(sink->text, (const guint8 *)data, (guint)length);
    return length;
}

static json_t *
parse(const GByteArray *text)
{
    return json_loadb((const char *)text->data, text->len, JSON_REJECT_DUPLICATES, NULL);
}

/* RFC 9457: what the server says, in the operator's language. */
static int
complain_problem(const Ctl *ctl, long status, const GByteArray *text)
{
    g_autoptr(json_t) problem = text->len ? parse(text) : NULL;
    const char *code = json_string_value(json_object_get(problem, "code"));
    const char *title = json_string_value(json_object_get(problem, ctl->chinese ? "title_zh" : "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    g_autofree char *number = g_strdup_printf("http/%ld", status);
    g_autofree char *line = g_strdup_printf("%s%s%s", title ? title : ctl_text(ctl, &unreadable),
                                            detail ? ": " : "", detail ? detail : "");

    ctl_complain(ctl, code ? code : number, line);
    return CTL_REFUSED;
}

static int
perform(Ctl *ctl, const char *method, const char *path, json_t *body, Sink *sink)
{
    CURL *curl = ctl->http->curl;
    g_autofree char *url = g_strconcat(ctl->http->server, path, NULL);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    char problem[CURL_ERROR_SIZE] = "";
    long status = 0;

    if (text)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    sink->curl = curl;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    if (!g_str_equal(method, "GET"))
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, text ? text : "");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, sink_write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
    /* An export may take long; silence may not. */
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
    CURLcode result = curl_easy_perform(curl);

    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    free(text);
    if (result != CURLE_OK) {
        g_autofree char *line = g_strdup_printf("%s: %s: %s", ctl_text(ctl, &unreachable), ctl->http->server,
                                                *problem ? problem : curl_easy_strerror(result));

        ctl_complain(ctl, "unreachable", line);
        return CTL_UNREACHABLE;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300 ? CTL_OK : complain_problem(ctl, status, sink->text);
}

int
ctl_http_call(Ctl *ctl, const char *method, const char *path, json_t *body, json_t **ret_json)
{
    g_autoptr(GByteArray) text = g_byte_array_new();
    Sink sink = {.text = text};
    int result = perform(ctl, method, path, body, &sink);

    *ret_json = NULL;
    if (result != CTL_OK || text->len == 0)
        return result;
    *ret_json = parse(text);
    if (!*ret_json) {
        ctl_complain(ctl, "unreadable", ctl_text(ctl, &unreadable));
        return CTL_REFUSED;
    }
    return CTL_OK;
}

static int
complain_file(const Ctl *ctl, const char *file)
{
    g_autofree char *line = g_strdup_printf("%s: %s", file, g_strerror(errno));

    ctl_complain(ctl, "file", line);
    return CTL_USAGE;
}

int
ctl_http_download(Ctl *ctl, const char *path, const char *file, gint64 *ret_bytes)
{
    gboolean to_stdout = g_str_equal(file, "-");
    g_autofree char *partial = g_strconcat(file, ".part", NULL);
    g_autoptr(GByteArray) text = g_byte_array_new();
    Sink sink = {.text = text, .file = to_stdout ? stdout : fopen(partial, "wbe")};

    if (!sink.file)
        return complain_file(ctl, partial);
    int result = perform(ctl, "GET", path, NULL, &sink);

    if (to_stdout ? fflush(stdout) : fclose(sink.file))
        result = complain_file(ctl, file);
    if (!to_stdout && result != CTL_OK)
        unlink(partial);
    else if (!to_stdout && rename(partial, file) != 0)
        result = complain_file(ctl, file);
    *ret_bytes = sink.bytes;
    return result;
}

int
ctl_http_sign_in_as(Ctl *ctl, const char *account, const char *password, json_t **ret_user)
{
    g_autoptr(json_t) body = json_pack("{s:s, s:s}", "account", account, "password", password);

    if (body)
        return ctl_http_call(ctl, "POST", "/api/sign-in", body, ret_user);
    ctl_complain(ctl, "usage", "account, password: UTF-8");
    return CTL_USAGE;
}

int
ctl_http_sign_in(Ctl *ctl)
{
    static const CtlText nobody = {"not signed in: give --account and a password, or use login",
                                   "尚未登录：请提供 --account 和密码，或先执行 login"};
    const char *account = ctl_option(ctl, "account", "YUNTAKAN_ACCOUNT");
    const char *password = ctl_option(ctl, "password", "YUNTAKAN_PASSWORD");
    g_autoptr(json_t) user = NULL;

    if (account && password)
        return ctl_http_sign_in_as(ctl, account, password, &user);
    if (g_access(ctl->http->cookie_file, R_OK) != 0) {
        ctl_complain(ctl, "not-signed-in", ctl_text(ctl, &nobody));
        return CTL_USAGE;
    }
    curl_easy_setopt(ctl->http->curl, CURLOPT_COOKIEFILE, ctl->http->cookie_file);
    return CTL_OK;
}

int
ctl_http_keep_sign_in(Ctl *ctl)
{
    g_autofree char *folder = g_path_get_dirname(ctl->http->cookie_file);

    if (g_mkdir_with_parents(folder, 0700) != 0)
        return complain_file(ctl, folder);
    umask(0077);
    curl_easy_setopt(ctl->http->curl, CURLOPT_COOKIEJAR, ctl->http->cookie_file);
    curl_easy_setopt(ctl->http->curl, CURLOPT_COOKIELIST, "FLUSH");
    return g_access(ctl->http->cookie_file, R_OK) == 0 ? CTL_OK : complain_file(ctl, ctl->http->cookie_file);
}

int
ctl_http_forget_sign_in(Ctl *ctl)
{
    return unlink(ctl->http->cookie_file) == 0 || errno == ENOENT
               ? CTL_OK
               : complain_file(ctl, ctl->http->cookie_file);
}
