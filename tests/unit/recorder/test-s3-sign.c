/* Addresses that carry their signature, against the example of the specification: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters". */
#include "s3-sign.h"

#include <string.h>

#include "suite-main.h"

/* Fri, 24 May 2013 00:00:00 GMT */
#define EXAMPLE_TIME (G_GINT64_CONSTANT(1369353600) * G_USEC_PER_SEC)

START_TEST(signs_the_example_of_the_specification)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(S3Place) place = s3_place_new("https://examplebucket.s3.amazonaws.com/", NULL, "AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n", &error);
    g_autofree char *address = NULL;

    ck_assert_msg(place != NULL, "%s", error ? error->message : "");
    address = s3_presign(place, "GET", "test.txt", EXAMPLE_TIME, 86400);
    ck_assert_str_eq(address, "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
                              "%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
                              "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}
END_TEST

START_TEST(takes_a_bucket_with_folders_and_a_port)
{
    g_autoptr(S3Place) place = s3_place_new("http://127.0.0.1:4568/bucket/xinfeng/", "cn-1", " A \r\n\r\nB\n", NULL);
    g_autofree char *address = s3_presign(place, "PUT", "R/site/part 1.mp4", EXAMPLE_TIME, 60);

    ck_assert_str_eq(place->access_key, "A");
    ck_assert_str_eq(place->secret_key, "B");
    ck_assert(g_str_has_prefix(address, "http://127.0.0.1:4568/bucket/xinfeng/R/site/part%201.mp4?X-Amz-Algorithm="));
    ck_assert_ptr_nonnull(strstr(address, "%2Fcn-1%2Fs3%2F"));
}
END_TEST

START_TEST(refuses_what_is_no_store)
{
    static const char *const wrong[] = { "ftp://x/b", "https:///b", "https://u:p@x/b", "https://x/b?q=1", "not a url" };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_ptr_null(s3_place_new(wrong[i], NULL, "A\nB", NULL));
    ck_assert_ptr_null(s3_place_new("https://x/b", NULL, "A\n", NULL));
}
END_TEST

SUITE_MAIN("s3-sign", signs_the_example_of_the_specification, takes_a_bucket_with_folders_and_a_port, refuses_what_is_no_store)
