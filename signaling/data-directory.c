#include "data-directory.h"

#include <errno.h>

#include "embedded-text.h"
#include "key-file.h"
#include "token.h"

#define MIGRATIONS_MAX 1000

gboolean
data_directory_prepare(const char *data, GError **error)
{
    static const char *const folders[] = { "", "sockets", "pending-stills", "form-pages", "documents" };

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(data, folders[i], NULL);

        if (g_mkdir_with_parents(path, 0700) != 0) {
            int saved = errno;

            g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(saved), "%s: %s", path, g_strerror(saved));
            return FALSE;
        }
    }
    return TRUE;
}

GBytes *
data_directory_secret(const char *data, GError **error)
{
    g_autofree char *path = g_build_filename(data, "secret.key", NULL);
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_autoptr(GBytes) made = token_secret_new();

        if (!key_file_create(path, g_bytes_get_data(made, NULL), g_bytes_get_size(made), 0600, error))
            return NULL;
    }
    if (!key_file_read(path, TOKEN_SECRET_BYTES, &text, &length, error))
        return NULL;
    if (length != TOKEN_SECRET_BYTES) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: must have %d bytes", path, TOKEN_SECRET_BYTES);
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&text), length);
}

Store *
data_directory_store(const char *data, const Clock *clock, StorePost post, gpointer owner, GError **error)
{
    g_autofree char *path = g_build_filename(data, "store.sqlite", NULL);
    g_autofree Migration *migrations = g_new0(Migration, MIGRATIONS_MAX + 1);
    StoreConfig config = { path, migrations, clock, post, owner };

    for (gsize i = 0; i < MIGRATIONS_MAX && embedded_migrations[i].name; i++)
        migrations[i] = (Migration){ embedded_migrations[i].name, embedded_migrations[i].text };
    return store_open(&config, error);
}
