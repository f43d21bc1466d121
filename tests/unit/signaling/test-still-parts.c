/* A picture that comes piece by piece: whatever order, offset or end the line makes of it, the file is a beginning of the picture or the whole of it. */
#include "still-parts.h"

#include <glib/gstdio.h>
#include <string.h>

#include "suite-main.h"

static const char picture[] = "a picture of twenty-eight b.";
#define TOTAL ((gint64) sizeof picture - 1)

typedef struct {
    char *folder;
    char *path;
    char sha256[DIGEST_HEX_SIZE];
    gint64 received;
} World;

static World
world_new(void)
{
    World world = { .folder = g_dir_make_tmp("parts-XXXXXX", NULL) };
    g_autofree char *pending = g_build_filename(world.folder, "pending-stills", NULL);

    g_mkdir(pending, 0700);
    world.path = still_part_path(world.folder, "S");
    digest_sha256_hex(picture, TOTAL, world.sha256);
    return world;
}

static void
world_free(World *world)
{
    g_autofree char *pending = g_build_filename(world->folder, "pending-stills", NULL);

    g_unlink(world->path);
    g_rmdir(pending);
    g_rmdir(world->folder);
    g_free(world->folder);
    g_free(world->path);
}

static StillPartResult
append(World *world, gint64 offset, const char *text, gsize length)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, length), whole = NULL;
    StillPartResult result = still_part_append(world->path, offset, TOTAL, world->sha256, bytes, &world->received, &whole);

    ck_assert((whole != NULL) == (result == STILL_PART_WHOLE));
    if (whole)
        ck_assert(g_bytes_get_size(whole) == (gsize) TOTAL && memcmp(g_bytes_get_data(whole, NULL), picture, TOTAL) == 0);
    return result;
}

START_TEST(every_cut_leads_to_the_same_picture)
{
    for (gint64 cut = 1; cut < TOTAL; cut++) {
        World world = world_new();

        ck_assert_int_eq(append(&world, 0, picture, cut), STILL_PART_MORE);
        ck_assert_int_eq(world.received, cut);
        ck_assert_int_eq(append(&world, cut, picture + cut, TOTAL - cut), STILL_PART_WHOLE);
        world_free(&world);
    }
}
END_TEST

/* The answer to a piece was lost and it comes again; or a page remembers too much. */
START_TEST(a_piece_at_another_place_writes_nothing_and_says_where_it_goes_on)
{
    World world = world_new();

    ck_assert_int_eq(append(&world, 5, picture + 5, 5), STILL_PART_OFFSET);
    ck_assert_int_eq(world.received, 0);
    ck_assert_int_eq(append(&world, 0, picture, 10), STILL_PART_MORE);
    ck_assert_int_eq(append(&world, 0, picture, 10), STILL_PART_OFFSET);
    ck_assert_int_eq(world.received, 10);
    ck_assert_int_eq(still_part_length(world.path), 10);
    world_free(&world);
}
END_TEST

START_TEST(more_than_was_announced_is_not_kept)
{
    World world = world_new();
    char much[2 * sizeof picture] = { 0 };

    ck_assert_int_eq(append(&world, 0, picture, 10), STILL_PART_MORE);
    ck_assert_int_eq(append(&world, 10, much, TOTAL - 9), STILL_PART_TOO_MUCH);
    ck_assert_int_eq(still_part_length(world.path), 10);
    world_free(&world);
}
END_TEST

START_TEST(another_picture_than_the_announced_one_is_removed)
{
    World world = world_new();

    ck_assert_int_eq(append(&world, 0, picture, TOTAL - 1), STILL_PART_MORE);
    ck_assert_int_eq(append(&world, TOTAL - 1, "!", 1), STILL_PART_DIFFERS);
    ck_assert_int_eq(world.received, 0);
    ck_assert_int_eq(still_part_length(world.path), 0);
    ck_assert_int_eq(append(&world, 0, picture, TOTAL), STILL_PART_WHOLE);
    world_free(&world);
}
END_TEST

START_TEST(a_disk_that_refuses_is_told)
{
    World world = world_new();

    g_free(world.path);
    world.path = g_build_filename(world.folder, "away", "S.part", NULL);
    ck_assert_int_eq(append(&world, 0, picture, 10), STILL_PART_FAILED);
    world_free(&world);
}
END_TEST

SUITE_MAIN("still-parts", every_cut_leads_to_the_same_picture, a_piece_at_another_place_writes_nothing_and_says_where_it_goes_on, more_than_was_announced_is_not_kept,
           another_picture_than_the_announced_one_is_removed, a_disk_that_refuses_is_told)
