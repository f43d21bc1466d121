/**
 * AppendFile — a file that only grows; the seam between evidence and the disk.
 *
 * docs/evidence-format.md, section 4. AppendFiles is where they come from: the disk (append_files_posix()), or a test's disk that fails
 * the i-th write, writes short or loses what was not synced. An AppendFile belongs to one thread at a time.
 */
#pragma once

#include <glib.h>

#include "evidence-error.h"

typedef struct AppendFile AppendFile;
typedef struct AppendFiles AppendFiles;

typedef enum {
    APPEND_FILE_NEW,      /* must not exist; its folder is made if need be; name and folder are durable when open returns */
    APPEND_FILE_EXISTING, /* must exist; appends at its end */
} AppendFileMode;

struct AppendFiles {
    AppendFile *(*open)(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error);
};

struct AppendFile {
    /** One write(2); after a failure any part of `data` may stand in the file, and the caller must not append again. */
    gboolean (*append)(AppendFile *file, const void *data, gsize length, GError **error);
    /** fdatasync(2). A failure is final: the kernel may have dropped the pages. */
    gboolean (*sync)(AppendFile *file, GError **error);
    guint64 (*size)(AppendFile *file);
    void (*close)(AppendFile *file);
};

const AppendFiles *append_files_posix(void);

AppendFile *append_file_open(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error);
gboolean append_file_append(AppendFile *file, const void *data, gsize length, GError **error);
gboolean append_file_sync(AppendFile *file, GError **error);
/** Bytes in the file, as far as this object has appended or found them. */
guint64 append_file_size(AppendFile *file);
void append_file_close(AppendFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AppendFile, append_file_close)
