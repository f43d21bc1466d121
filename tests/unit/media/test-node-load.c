/* NodeLoad: a node that has filled up takes no more rooms, and takes them again when it has room. */
#include "node-load.h"
#include "suite-main.h"

#define SECOND G_USEC_PER_SEC

typedef struct {
    NodeLoad load;
    gint64 now_us, process_us, workers_us[3];
} Fixture;

/* Seconds in which the workers use such percentages of a core, and the rest of the process as much as `others`. */
static void
pass(Fixture *f, guint seconds, guint first, guint second, guint others)
{
    const guint percent[] = { first, second };

    for (guint s = 0; s < seconds; s++) {
        f->now_us += SECOND;
        for (guint i = 0; i < 2; i++) {
            f->workers_us[i] += percent[i] * SECOND / 100;
            f->process_us += percent[i] * SECOND / 100;
        }
        f->process_us += others * SECOND / 100;
        node_load_sample(&f->load, f->now_us, f->process_us, f->workers_us);
    }
}

static void
node(Fixture *f, guint limit_percent, guint n_cores)
{
    /* Clocks that have been running for a while. */
    *f = (Fixture){ .now_us = 1000 * SECOND, .process_us = 77 * SECOND, .workers_us = { 30 * SECOND, 40 * SECOND } };
    node_load_init(&f->load, limit_percent, n_cores, 2);
}

START_TEST(measures_over_a_window)
{
    Fixture f;

    node(&f, 80, 4);
    pass(&f, 1, 50, 10, 20);
    ck_assert_double_eq(node_load_of_worker(&f.load, 0), 0); /* one reading says nothing */
    pass(&f, 1, 50, 10, 20);
    ck_assert_double_eq_tol(node_load_of_worker(&f.load, 0), 0.5, 1e-6);
    ck_assert_double_eq_tol(node_load_of_worker(&f.load, 1), 0.1, 1e-6);
    ck_assert_double_eq_tol(node_load_of_process(&f.load), 0.2, 1e-6); /* 0.8 of 4 cores */
    pass(&f, 20, 50, 10, 20);
    pass(&f, 1, 100, 10, 20);
    ck_assert_double_eq_tol(node_load_of_worker(&f.load, 0), 0.6, 1e-6);
    pass(&f, LOAD_WINDOW, 0, 0, 0);
    ck_assert_double_eq_tol(node_load_of_process(&f.load), 0, 1e-6);

    node_load_sample(&f.load, f.now_us, f.process_us + SECOND, f.workers_us); /* no time has passed */
    ck_assert_double_eq_tol(node_load_of_process(&f.load), 0, 1e-6);
}
END_TEST

START_TEST(one_busy_second_does_not_fill_it)
{
    Fixture f;

    node(&f, 80, 2);
    pass(&f, LOAD_WINDOW + 1, 20, 20, 0);
    pass(&f, 1, 100, 100, 0);
    ck_assert(!node_load_is_full(&f.load));
    pass(&f, 1, 100, 100, 0);
    pass(&f, LOAD_WINDOW, 90, 90, 0);
    ck_assert(node_load_is_full(&f.load));
}
END_TEST

START_TEST(opens_again_only_well_below_the_limit)
{
    Fixture f;

    node(&f, 80, 8);
    pass(&f, LOAD_WINDOW + 1, 81, 81, 0);
    ck_assert(node_load_is_full(&f.load));
    pass(&f, 60, 65, 65, 0);
    ck_assert(node_load_is_full(&f.load));
    pass(&f, LOAD_WINDOW, 60, 60, 0);
    ck_assert(!node_load_is_full(&f.load));
    pass(&f, 60, 79, 79, 0); /* below the limit on its way up */
    ck_assert(!node_load_is_full(&f.load));
}
END_TEST

START_TEST(a_full_worker_gets_no_room_while_another_takes_them)
{
    const guint rooms[] = { 1, 5 }, even[] = { 2, 2 };
    Fixture f;

    node(&f, 80, 8);
    ck_assert_uint_eq(node_load_place(&f.load, rooms), 0);
    pass(&f, LOAD_WINDOW + 1, 30, 20, 0);
    ck_assert_uint_eq(node_load_place(&f.load, rooms), 0); /* fewest rooms: their load is still to come */
    ck_assert_uint_eq(node_load_place(&f.load, even), 1);
    pass(&f, LOAD_WINDOW + 1, 90, 20, 0);
    ck_assert(!node_load_is_full(&f.load));
    ck_assert_uint_eq(node_load_place(&f.load, rooms), 1);
    pass(&f, LOAD_WINDOW + 1, 90, 90, 0);
    ck_assert(node_load_is_full(&f.load));
    ck_assert_uint_eq(node_load_place(&f.load, rooms), 0);
}
END_TEST

START_TEST(all_cores_busy_is_full_whoever_uses_them)
{
    Fixture f;

    node(&f, 80, 1); /* two workers on one core never get more than half of it each */
    pass(&f, LOAD_WINDOW + 1, 45, 45, 0);
    ck_assert(node_load_is_full(&f.load));

    node(&f, 80, 2);
    pass(&f, LOAD_WINDOW + 1, 10, 10, 150);
    ck_assert(node_load_is_full(&f.load));
    pass(&f, LOAD_WINDOW, 10, 10, 90);
    ck_assert(!node_load_is_full(&f.load));
}
END_TEST

START_TEST(without_a_limit_it_is_never_full)
{
    Fixture f;

    node(&f, 0, 1);
    pass(&f, 20, 100, 100, 0);
    ck_assert(!node_load_is_full(&f.load));
}
END_TEST

SUITE_MAIN("node-load", measures_over_a_window, one_busy_second_does_not_fill_it, opens_again_only_well_below_the_limit,
           a_full_worker_gets_no_room_while_another_takes_them, all_cores_busy_is_full_whoever_uses_them, without_a_limit_it_is_never_full)
