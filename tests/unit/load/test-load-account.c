/* The load client's books: if these are wrong, no figure of ./dev bench relay is right. */
#include "load-account.h"

#include "suite-main.h"

static void
receive(LoadAccount *account, guint16 sequence)
{
    load_account_packet(account, sequence);
}

START_TEST(counts_every_packet_once)
{
    LoadAccount account;

    load_account_begin(&account, 7, TRUE, 100);
    receive(&account, 100);
    receive(&account, 101);
    receive(&account, 101);
    receive(&account, 100);
    ck_assert_uint_eq(account.received, 2);
    ck_assert_uint_eq(account.duplicates, 2);
    ck_assert_uint_eq(account.out_of_order, 0);
}
END_TEST

START_TEST(tells_late_from_repeated)
{
    LoadAccount account;

    load_account_begin(&account, 7, TRUE, 100);
    receive(&account, 100);
    receive(&account, 103);
    receive(&account, 102);
    receive(&account, 102);
    ck_assert_uint_eq(account.received, 3);
    ck_assert_uint_eq(account.out_of_order, 1);
    ck_assert_uint_eq(account.duplicates, 1);
}
END_TEST

START_TEST(what_is_due_counts_from_the_first_packet_that_came)
{
    LoadAccount account;

    load_account_begin(&account, 7, TRUE, 65534);
    receive(&account, 65534);
    load_account_authenticated(&account, 65534, 1000);
    receive(&account, 65535);
    receive(&account, 1); /* 0 is missing */
    load_account_authenticated(&account, 1, 1003);
    /* The publisher has sent 0…1003; the last one is the last that came. */
    ck_assert_uint_eq(load_account_due(&account, 1004) - account.received, 1);
    /* A packet lost at the very end is lost too, though no gap shows it. */
    ck_assert_uint_eq(load_account_due(&account, 1005) - account.received, 2);
    ck_assert_uint_eq(account.misnumbered, 0);
}
END_TEST

START_TEST(a_late_first_authentication_does_not_hide_what_came_before)
{
    LoadAccount account;

    load_account_begin(&account, 7, TRUE, 10);
    receive(&account, 10);
    receive(&account, 11);
    load_account_authenticated(&account, 11, 501);
    ck_assert_uint_eq(account.first_counter, 500);
    ck_assert_uint_eq(load_account_due(&account, 502), 2);
}
END_TEST

START_TEST(a_number_that_does_not_go_with_the_packet_is_seen)
{
    LoadAccount account;

    load_account_begin(&account, 7, FALSE, 10);
    receive(&account, 10);
    load_account_authenticated(&account, 10, 0);
    receive(&account, 11);
    load_account_authenticated(&account, 11, 2); /* the relay closed a gap that was a loss */
    ck_assert_uint_eq(account.misnumbered, 1);
}
END_TEST

START_TEST(video_held_back_until_a_key_frame_is_not_lost)
{
    LoadAccount account;

    load_account_begin(&account, 7, TRUE, 10);
    receive(&account, 10);
    load_account_authenticated(&account, 10, 100);
    receive(&account, 11);
    load_account_authenticated(&account, 11, 141); /* 101 to 140 never had a number */
    ck_assert_uint_eq(account.withheld, 40);
    ck_assert_uint_eq(account.misnumbered, 0);
    ck_assert_uint_eq(load_account_due(&account, 143) - account.received, 1);
    receive(&account, 12);
    load_account_authenticated(&account, 12, 140); /* but what goes back is wrong */
    ck_assert_uint_eq(account.misnumbered, 1);
}
END_TEST

START_TEST(nothing_authentic_means_nothing_due)
{
    LoadAccount account;

    load_account_begin(&account, 7, TRUE, 10);
    receive(&account, 10);
    ck_assert(load_account_wants_authentication(&account));
    ck_assert_uint_eq(load_account_due(&account, 12345), 0);
}
END_TEST

START_TEST(authenticates_the_first_and_then_samples)
{
    LoadAccount account;
    guint wanted = 0;

    load_account_begin(&account, 7, TRUE, 0);
    for (guint i = 0; i < 1024; i++) {
        receive(&account, (guint16)i);
        wanted += load_account_wants_authentication(&account);
    }
    ck_assert_uint_eq(wanted, 20 + 4);
}
END_TEST

SUITE_MAIN("load-account", counts_every_packet_once, tells_late_from_repeated, what_is_due_counts_from_the_first_packet_that_came,
           a_late_first_authentication_does_not_hide_what_came_before, a_number_that_does_not_go_with_the_packet_is_seen,
           video_held_back_until_a_key_frame_is_not_lost, nothing_authentic_means_nothing_due, authenticates_the_first_and_then_samples)
