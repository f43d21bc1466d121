/* Gives a target every file of the folders and files named: the corpus as an ordinary test, and one finding by hand. */
#include <glib/gstdio.h>
#include <stdio.h>

#include "fuzz.h"

static guint
replay_file(const char *path)
{
    g_autofree char *text = NULL;
    gsize length;

    FUZZ_CHECK(g_file_get_contents(path, &text, &length, NULL));
    g_autofree guint8 *exact = length ? g_memdup2(text, length) : NULL;

    LLVMFuzzerTestOneInput(exact, length);
    return 1;
}

static guint
replay(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    guint n = 0;

    if (!folder)
        return replay_file(path);
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        n += replay_file(file);
    }
    return n;
}

int
main(int argc, char **argv)
{
    guint n = 0;

    for (int i = 1; i < argc; i++)
        n += replay(argv[i]);
    printf("%u inputs\n", n);
    return n ? 0 : 1;
}
