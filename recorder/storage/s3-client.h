/**
 * s3-client — files to and from an S3-compatible store, by presigned addresses. Blocks; any thread but the loop's. `stop` (atomic, may be NULL) ends a
 * transfer early. Errors are of the domain S3_ERROR; nothing is retried here.
 */
#pragma once

#include "s3-sign.h"

#define S3_ERROR (s3_error_quark())
GQuark s3_error_quark(void);

typedef enum {
    S3_ERROR_UNREACHABLE, /* no answer, or one that says "later" */
    S3_ERROR_REFUSED,     /* the store does not want to: rights, size, name */
    S3_ERROR_MISSING,     /* there is no such object */
} S3Error;

/** One PUT (RFC 9110), at most 5 GiB as S3 has it. */
gboolean s3_put_file(const S3Place *place, const char *key, const char *path, const gint *stop, GError **error);
/** Reads the whole object back: its SHA-256 and length. */
gboolean s3_digest(const S3Place *place, const char *key, const gint *stop, char ret_hex[65], guint64 *ret_length, GError **error);
/** The same into a new file, which is durable on success. */
gboolean s3_get_file(const S3Place *place, const char *key, const char *path, const gint *stop, char ret_hex[65], guint64 *ret_length, GError **error);
/** Bytes [offset, offset+length); fewer is an error. */
GBytes *s3_get_range(const S3Place *place, const char *key, guint64 offset, gsize length, GError **error);
/** Good also when it is not there. */
gboolean s3_delete(const S3Place *place, const char *key, GError **error);
