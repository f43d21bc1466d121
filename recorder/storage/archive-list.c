#include "archive-list.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *
path_of(const char *data, const char *recording, const char *suffix)
{
    g_autofree char *name = g_strconcat(recording, suffix, NULL);

    return g_build_filename(data, "archived", name, NULL);
}

static json_t *
load(const char *data, const char *recording, const char *suffix)
{
    g_autofree char *path = path_of(data, recording, suffix);

    return g_file_test(path, G_FILE_TEST_EXISTS) ? json_load_file(path, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static gboolean
store(const char *data, const char *recording, const char *suffix, json_t *json, GError **error)
{
    g_autofree char *path = path_of(data, recording, suffix);
    g_autofree char *folder = g_path_get_dirname(path);
    char *text = json_dumps(json, JSON_INDENT(1));
    gboolean good;

    g_mkdir_with_parents(folder, 0700);
    good = g_file_set_contents_full(path, text, (gssize) strlen(text), G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
    free(text);
    return good;
}

static void
drop(const char *data, const char *recording, const char *suffix)
{
    g_autofree char *path = path_of(data, recording, suffix);

    g_unlink(path);
}

#define LIST    ".json"
#define PENDING ".pending.json"

json_t *
archive_list_load(const char *data, const char *recording)
{
    return load(data, recording, LIST);
}

gboolean
archive_list_store(const char *data, const char *recording, json_t *list, GError **error)
{
    return store(data, recording, LIST, list, error);
}

void
archive_list_remove(const char *data, const char *recording)
{
    drop(data, recording, LIST);
    drop(data, recording, PENDING);
}

gboolean
archive_pending_store(const char *data, const char *recording, json_t *pending, GError **error)
{
    return store(data, recording, PENDING, pending, error);
}

json_t *
archive_pending_load(const char *data, const char *recording)
{
    return load(data, recording, PENDING);
}

void
archive_pending_remove(const char *data, const char *recording)
{
    drop(data, recording, PENDING);
}

const json_t *
archive_list_find(const json_t *list, const char *file)
{
    gsize i;
    json_t *entry;

    json_array_foreach(json_object_get(list, "files"), i, entry)
        if (g_strcmp0(json_string_value(json_object_get(entry, "file")), file) == 0)
            return entry;
    return NULL;
}

gint64
archive_list_at(const json_t *list)
{
    return list ? json_integer_value(json_object_get(list, "at")) : -1;
}
