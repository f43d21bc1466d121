/**
 * s3-sign — addresses of an S3-compatible store that carry their own signature (AWS Signature Version 4, "authenticating requests: query parameters").
 *
 * One mechanism for everything that is asked of the store: put, get, range, delete. Pure; any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *endpoint; /* "https://store.example:9000", without a path */
    char *prefix;   /* "bucket/and/folders" or "" (the bucket is in the host's name) */
    char *region;
    char *access_key, *secret_key;
} S3Place;

/** From "https://HOST[:PORT]/BUCKET[/PREFIX]", a region, and the text of the credentials file: access key and secret key, a line each. */
S3Place *s3_place_new(const char *url, const char *region, const char *credentials, GError **error);
void s3_place_free(S3Place *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(S3Place, s3_place_free)

/** An address good for `method` on `key` (which may hold slashes) during `expires_s` from `now_us` on; the caller frees it. */
char *s3_presign(const S3Place *place, const char *method, const char *key, gint64 now_us, guint expires_s);
