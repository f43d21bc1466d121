/* What leaves the system: signatures, mails, addresses. */
#include "mail-message.h"
#include "outside.h"
#include "webhook-signature.h"

#include <string.h>

#include "suite-main.h"

/* The example of the Standard Webhooks specification (its libraries' first test). */
START_TEST(signs_as_the_standard_webhooks_libraries_verify)
{
    static const char body[] = "{\"test\": 2432232314}";
    g_autofree char *signature = webhook_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, sizeof body - 1);

    ck_assert_str_eq(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}
END_TEST

START_TEST(a_secret_that_is_none_signs_nothing_and_a_new_one_does)
{
    g_autofree char *fresh = webhook_secret_new(), *other = webhook_secret_new();
    g_autofree char *signature = webhook_sign(fresh, "id", 1, "x", 1);

    ck_assert_ptr_nonnull(signature);
    ck_assert_str_ne(fresh, other);
    ck_assert_ptr_null(webhook_sign("secret", "id", 1, "x", 1));
    ck_assert_ptr_null(webhook_sign("whsec_c2hvcnQ=", "id", 1, "x", 1));
}
END_TEST

START_TEST(a_mail_in_chinese_is_ascii_in_short_lines_and_no_character_is_divided)
{
    const MailMessage mail = { "hall@xf.example", "信丰县行政审批局", "wang@example.cn", "请在期限前完成整改:芳姐小厨(阳明北路18号)的餐用具清洗消毒与保洁", "您好。\n请整改。\n", "id-1", 0 };
    g_autoptr(GBytes) message = mail_message(&mail);
    gsize length;
    const char *text = g_bytes_get_data(message, &length);
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\r\n", -1);
    g_autoptr(GString) subject = g_string_new(NULL);

    ck_assert(strstr(copy, "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n"));
    ck_assert(strstr(copy, "Message-ID: <id-1@xf.example>\r\n"));
    for (char **line = lines; *line; line++) {
        gsize word_length;
        const char *word = strstr(*line, "=?UTF-8?B?");

        ck_assert_int_le(strlen(*line), 100);
        ck_assert(g_str_is_ascii(*line));
        if (word && !g_str_has_prefix(*line, "From")) {
            g_autofree char *base64 = g_strndup(word + 10, strlen(word) - 12);
            g_autofree guchar *bytes = g_base64_decode(base64, &word_length);

            ck_assert(g_utf8_validate((const char *) bytes, (gssize) word_length, NULL));
            g_string_append_len(subject, (const char *) bytes, (gssize) word_length);
        }
    }
    ck_assert_str_eq(subject->str, mail.subject);
}
END_TEST

START_TEST(an_address_cannot_carry_a_command_or_a_header)
{
    ck_assert(mail_address_is_valid("wang.fang+1@mail.example.cn"));
    for (const char *const *bad = (const char *const[]){ "", "wang", "a@b\r\nRCPT TO:<c@d>", "a b@c", "<a@b>", "a@b,c@d", "王@例.cn", "a@", "@b", NULL }; *bad; bad++)
        ck_assert_msg(!mail_address_is_valid(*bad), "%s", *bad);
}
END_TEST

START_TEST(what_is_readable_on_the_way_stays_on_this_machine)
{
    ck_assert(outside_url_is_allowed("https://gateway.example/sms?x=1"));
    ck_assert(outside_url_is_allowed("http://127.0.0.1:8080/hook"));
    for (const char *const *bad = (const char *const[]){ "http://gateway.example/", "ftp://x/", "https://", "https://user:pw@x/", "file:///etc/passwd", "x", NULL }; *bad; bad++)
        ck_assert_msg(!outside_url_is_allowed(*bad), "%s", *bad);
}
END_TEST

SUITE_MAIN("outside", signs_as_the_standard_webhooks_libraries_verify, a_secret_that_is_none_signs_nothing_and_a_new_one_does,
           a_mail_in_chinese_is_ascii_in_short_lines_and_no_character_is_divided, an_address_cannot_carry_a_command_or_a_header,
           what_is_readable_on_the_way_stays_on_this_machine)
