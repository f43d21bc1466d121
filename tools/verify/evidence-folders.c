#include "evidence-folders.h"

#include "ledger-writer.h"

/* recordings/YYYY/MM/RECORDING is the deepest that we make ourselves. */
#define DEPTH_MAX   3
#define FOLDERS_MAX 10000

static void
find_in(const char *path, guint depth, GPtrArray *found)
{
    g_autofree char *ledger = g_build_filename(path, LEDGER_FILE, NULL);
    g_autoptr(GDir) folder = NULL;
    const char *name;

    if (g_file_test(ledger, G_FILE_TEST_EXISTS)) {
        g_ptr_array_add(found, g_strdup(path));
        return;
    }
    folder = depth < DEPTH_MAX ? g_dir_open(path, 0, NULL) : NULL;
    while (folder && found->len < FOLDERS_MAX && (name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (!g_file_test(child, G_FILE_TEST_IS_SYMLINK) && g_file_test(child, G_FILE_TEST_IS_DIR))
            find_in(child, depth + 1, found);
    }
}

static gint
compare_paths(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
evidence_folders_find(const char *path)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);

    find_in(path, 0, found);
    g_ptr_array_sort(found, compare_paths);
    return found;
}
