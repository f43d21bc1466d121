#include "camera-url.h"

#include <string.h>

#include "suite-main.h"

START_TEST(reads_what_cameras_have)
{
    static const struct {
        const char *text, *host, *user, *password, *location, *shown;
        guint16 port;
    } good[] = {
        { "rtsp://10.20.0.7", "10.20.0.7", NULL, NULL, "rtsp://10.20.0.7:554/", "rtsp://10.20.0.7:554/", 554 },
        { "RTSP://cam-1.lan:8554/live", "cam-1.lan", NULL, NULL, "rtsp://cam-1.lan:8554/live", "rtsp://cam-1.lan:8554/…", 8554 },
        { "rtsp://admin:p%40ss%3A1@10.20.0.7/Streaming/Channels/101?transportmode=unicast", "10.20.0.7", "admin", "p@ss:1",
          "rtsp://10.20.0.7:554/Streaming/Channels/101?transportmode=unicast", "rtsp://10.20.0.7:554/…", 554 },
        { "rtsps://viewer@[fd00::7]:322/x", "fd00::7", "viewer", "", "rtsps://[fd00::7]:322/x", "rtsps://[fd00::7]:322/…", 322 },
        { "rtsp://10.20.0.7:554/user=admin_password=secret_channel=1", "10.20.0.7", NULL, NULL,
          "rtsp://10.20.0.7:554/user=admin_password=secret_channel=1", "rtsp://10.20.0.7:554/…", 554 },
        { "rtsp://10.20.0.7?password=secret", "10.20.0.7", NULL, NULL, "rtsp://10.20.0.7:554/?password=secret", "rtsp://10.20.0.7:554/…", 554 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_auto(CameraUrl) url = { 0 };

        ck_assert_msg(camera_url_parse(good[i].text, &url), "%s", good[i].text);
        ck_assert_str_eq(url.host, good[i].host);
        ck_assert_uint_eq(url.port, good[i].port);
        ck_assert_pstr_eq(url.user, good[i].user);
        ck_assert_pstr_eq(url.password, good[i].password);
        ck_assert_str_eq(url.location, good[i].location);
        ck_assert_str_eq(url.shown, good[i].shown);
        ck_assert(!strstr(url.shown, "secret"));
    }
}
END_TEST

START_TEST(refuses_everything_else)
{
    static const char *const wrong[] = {
        "",
        "10.20.0.7",
        "http://10.20.0.7/",
        "rtspt://10.20.0.7/",
        "rtsph://10.20.0.7/",
        "rtsp-sdp://v=0",
        "file:///etc/passwd",
        "rtsp:/10.20.0.7",
        "rtsp://",
        "rtsp:///x",
        "rtsp://:554/",
        "rtsp://10.20.0.7:0/",
        "rtsp://10.20.0.7:65536/",
        "rtsp://10.20.0.7:+1/",
        "rtsp://10.20.0.7:554x/",
        "rtsp://10.20.0.7 /",
        "rtsp://10.20.0.7/a b",
        "rtsp://10.20.0.7/\r\nSETUP",
        "rtsp://10.20.0.7/#x",
        "rtsp://a@b@10.20.0.7/",
        "rtsp://@10.20.0.7/",
        "rtsp://us%00er@10.20.0.7/",
        "rtsp://us%zzer@10.20.0.7/",
        "rtsp://10.20.0.7\\@10.0.0.1/",
        "rtsp://-10.20.0.7/",
        "rtsp://[::1/",
        "rtsp://[10.20.0.7]/",
        "rtsp://[.7]/",
        "rtsp://[::1]x/",
        "rtsp://[fe80::1%25lo]/",
        "rtsp://摄像头/",
        "rtsp://10.20.0.7/摄像头",
        "rtsp://host_name/",
    };
    CameraUrl url;

    ck_assert(!camera_url_parse(NULL, &url));
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!camera_url_parse(wrong[i], &url), "%s", wrong[i]);

    g_autofree char *rest = g_strnfill(CAMERA_URL_MAX, 'x');
    g_autofree char *longest = g_strconcat("rtsp://10.20.0.7/", rest, NULL);

    ck_assert(!camera_url_parse(longest, &url));
    longest[CAMERA_URL_MAX] = '\0';
    ck_assert(camera_url_parse(longest, &url));
    camera_url_clear(&url);
}
END_TEST

SUITE_MAIN("camera-url", reads_what_cameras_have, refuses_everything_else)
