#include "mail-message.h"

#include <string.h>

/* RFC 2047: an encoded word has at most 75 characters, 12 of which are "=?UTF-8?B??="; 45 bytes are 60 of base64. */
#define WORD_BYTES_MAX 45
/* RFC 2045: 57 bytes are a line of 76. */
#define LINE_BYTES 57
#define ADDRESS_MAX 254

static void
append_words(GString *message, const char *text)
{
    while (*text) {
        gsize length = strlen(text);
        g_autofree char *word = NULL;

        if (length > WORD_BYTES_MAX) {
            /* A character is not divided between words. */
            length = WORD_BYTES_MAX;
            while (((guchar) text[length] & 0xc0) == 0x80)
                length--;
        }
        word = g_base64_encode((const guchar *) text, length);
        g_string_append_printf(message, "=?UTF-8?B?%s?=", word);
        text += length;
        if (*text)
            g_string_append(message, "\r\n ");
    }
}

static void
append_body(GString *message, const char *text)
{
    gsize left = strlen(text);

    for (; left > 0;) {
        gsize length = MIN(left, LINE_BYTES);
        g_autofree char *line = g_base64_encode((const guchar *) text, length);

        g_string_append_printf(message, "%s\r\n", line);
        text += length;
        left -= length;
    }
}

GBytes *
mail_message(const MailMessage *mail)
{
    GString *message = g_string_new("From: ");
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(mail->at / G_USEC_PER_SEC);
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const char *host = strrchr(mail->from, '@');
    gsize length;

    if (mail->from_name) {
        append_words(message, mail->from_name);
        g_string_append_c(message, ' ');
    }
    g_string_append_printf(message, "<%s>\r\nTo: <%s>\r\nSubject: ", mail->from, mail->to);
    append_words(message, mail->subject);
    g_string_append_printf(message, "\r\nDate: %s, %d %s %04d %02d:%02d:%02d +0000\r\nMessage-ID: <%s%s>\r\n", days[g_date_time_get_day_of_week(at) - 1],
                           g_date_time_get_day_of_month(at), months[g_date_time_get_month(at) - 1], g_date_time_get_year(at), g_date_time_get_hour(at),
                           g_date_time_get_minute(at), g_date_time_get_second(at), mail->id, host ? host : "@localhost");
    g_string_append(message, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    append_body(message, mail->text);
    length = message->len;
    return g_bytes_new_take(g_string_free(message, FALSE), length);
}

gboolean
mail_address_is_valid(const char *address)
{
    return address && strlen(address) <= ADDRESS_MAX && g_regex_match_simple("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$", address, G_REGEX_DOLLAR_ENDONLY, 0);
}
