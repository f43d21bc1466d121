#include "s3-client.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write-all.h"

#define EXPIRES_S        3600
#define CONNECT_MS       10000L
/* A transfer may take as long as it moves. */
#define SLOW_BYTES       1024L
#define SLOW_S           60L

G_DEFINE_QUARK(yuntakan-s3, s3_error)

typedef struct {
    FILE *in;            /* of a PUT */
    GChecksum *checksum; /* of what comes, or NULL */
    int out;             /* what comes goes there too; -1: nowhere */
    GByteArray *bytes;   /* or there, at most `most` of them */
    gsize most;
    guint64 length;
    const gint *stop;
    CURL *curl;
} Transfer;

static size_t
send_bytes(char *buffer, size_t size, size_t count, void *user)
{
    return fread(buffer, size, count, ((Transfer *) user)->in);
}

static size_t
take_bytes(char *data, size_t size, size_t count, void *user)
{
    Transfer *transfer = user;
    gsize length = size * count;
    long status = 0;

    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 != 2) /* an explanation in XML; the status says enough */
        return length;
    transfer->length += length;
    if (transfer->checksum)
        g_checksum_update(transfer->checksum, (const guchar *) data, (gssize) length);
    if (transfer->out >= 0 && !write_all(transfer->out, data, length))
        return 0;
    if (transfer->bytes) {
        if (transfer->bytes->len + length > transfer->most)
            return 0;
        g_byte_array_append(transfer->bytes, (const guint8 *) data, (guint) length);
    }
    return length;
}

static int
shall_stop(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    const gint *stop = ((Transfer *) user)->stop;

    return stop && g_atomic_int_get(stop);
}

static gboolean
judge(CURLcode code, long status, const char *key, const char *reason, GError **error)
{
    int kind = code != CURLE_OK || status >= 500 || status == 429 || status == 408 ? S3_ERROR_UNREACHABLE : status == 404 ? S3_ERROR_MISSING : S3_ERROR_REFUSED;

    if (code == CURLE_OK && status / 100 == 2)
        return TRUE;
    if (code == CURLE_OK)
        g_set_error(error, S3_ERROR, kind, "%s: status %ld", key, status);
    else
        g_set_error(error, S3_ERROR, kind, "%s: %s", key, *reason ? reason : curl_easy_strerror(code));
    return FALSE;
}

static gboolean
perform(const S3Place *place, const char *method, const char *key, const char *range, gint64 upload, Transfer *transfer, GError **error)
{
    g_autofree char *address = s3_presign(place, method, key, g_get_real_time(), EXPIRES_S);
    CURL *curl = transfer->curl = curl_easy_init();
    char reason[CURL_ERROR_SIZE] = "";
    long status = 0;
    CURLcode code;

    curl_easy_setopt(curl, CURLOPT_URL, address);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOW_S);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, shall_stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    if (range)
        curl_easy_setopt(curl, CURLOPT_RANGE, range);
    if (upload >= 0) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, send_bytes);
        curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) upload);
    }
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    return judge(code, status, key, reason, error);
}

gboolean
s3_put_file(const S3Place *place, const char *key, const char *path, const gint *stop, GError **error)
{
    Transfer transfer = { .in = fopen(path, "rbe"), .out = -1, .stop = stop };
    struct stat status;
    gboolean good = FALSE;

    if (!transfer.in || fstat(fileno(transfer.in), &status) != 0)
        g_set_error(error, S3_ERROR, S3_ERROR_REFUSED, "%s: %s", path, g_strerror(errno));
    else
        good = perform(place, "PUT", key, NULL, status.st_size, &transfer, error);
    if (transfer.in)
        fclose(transfer.in);
    return good;
}

static gboolean
read_back(const S3Place *place, const char *key, int out, const gint *stop, char ret_hex[65], guint64 *ret_length, GError **error)
{
    Transfer transfer = { .checksum = g_checksum_new(G_CHECKSUM_SHA256), .out = out, .stop = stop };
    gboolean good = perform(place, "GET", key, NULL, -1, &transfer, error);

    if (good) {
        g_strlcpy(ret_hex, g_checksum_get_string(transfer.checksum), 65);
        *ret_length = transfer.length;
    }
    g_checksum_free(transfer.checksum);
    return good;
}

gboolean
s3_digest(const S3Place *place, const char *key, const gint *stop, char ret_hex[65], guint64 *ret_length, GError **error)
{
    return read_back(place, key, -1, stop, ret_hex, ret_length, error);
}

gboolean
s3_get_file(const S3Place *place, const char *key, const char *path, const gint *stop, char ret_hex[65], guint64 *ret_length, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    gboolean good;

    if (fd < 0) {
        g_set_error(error, S3_ERROR, S3_ERROR_REFUSED, "%s: %s", path, g_strerror(errno));
        return FALSE;
    }
    good = read_back(place, key, fd, stop, ret_hex, ret_length, error);
    if (close(fd) != 0 && good) {
        g_set_error(error, S3_ERROR, S3_ERROR_REFUSED, "%s: %s", path, g_strerror(errno));
        good = FALSE;
    }
    return good;
}

GBytes *
s3_get_range(const S3Place *place, const char *key, guint64 offset, gsize length, GError **error)
{
    g_autofree char *range = g_strdup_printf("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, offset, offset + length - 1);
    Transfer transfer = { .out = -1, .bytes = g_byte_array_new(), .most = length };
    gboolean good = perform(place, "GET", key, range, -1, &transfer, error);

    if (good && transfer.bytes->len != length) {
        g_set_error(error, S3_ERROR, S3_ERROR_REFUSED, "%s: %u bytes instead of %" G_GSIZE_FORMAT, key, transfer.bytes->len, length);
        good = FALSE;
    }
    if (good)
        return g_byte_array_free_to_bytes(transfer.bytes);
    g_byte_array_unref(transfer.bytes);
    return NULL;
}

gboolean
s3_delete(const S3Place *place, const char *key, GError **error)
{
    Transfer transfer = { .out = -1 };
    g_autoptr(GError) failed = NULL;

    if (perform(place, "DELETE", key, NULL, -1, &transfer, &failed) || g_error_matches(failed, S3_ERROR, S3_ERROR_MISSING))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
}
