#include "sdp-lines.h"

#include <string.h>

gboolean
sdp_lines_init(SdpLines *lines, const char *text, gsize length, gsize maximum, GError **error)
{
    if (length > maximum) {
        g_set_error(error, SDP_ERROR, SDP_ERROR_TOO_LARGE, "%zu bytes, %zu are allowed", length, maximum);
        return FALSE;
    }
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar) text[i];

        if ((c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7f) {
            g_set_error(error, SDP_ERROR, SDP_ERROR_MALFORMED, "control character at byte %zu", i);
            return FALSE;
        }
    }
    lines->copy = lines->next = g_strndup(text, length);
    return TRUE;
}

void
sdp_lines_clear(SdpLines *lines)
{
    g_clear_pointer(&lines->copy, g_free);
}

static char *
cut_line(SdpLines *lines)
{
    char *line = lines->next;
    gsize length = strcspn(line, "\r\n");

    if (!line[0])
        return NULL;
    lines->next = line + length;
    if (*lines->next)
        *lines->next++ = '\0';
    return line;
}

int
sdp_lines_next(SdpLines *lines, char *ret_type, char **ret_value)
{
    char *line;

    do
        line = cut_line(lines);
    while (line && !line[0]);

    if (!line)
        return 0;
    if (!g_ascii_isalpha(line[0]) || line[1] != '=')
        return -1;
    *ret_type = line[0];
    *ret_value = line + 2;
    return 1;
}

char *
sdp_attribute_split(char *attribute, char **ret_value)
{
    char *colon = strchr(attribute, ':');

    if (colon)
        *colon++ = '\0';
    *ret_value = colon ? colon : attribute + strlen(attribute);
    return attribute;
}

char *
sdp_next_word(char **cursor)
{
    char *word = *cursor + strspn(*cursor, " \t");

    if (!word[0])
        return NULL;
    *cursor = word + strcspn(word, " \t");
    if (**cursor)
        *(*cursor)++ = '\0';
    return word;
}

gboolean
sdp_parse_number(const char *text, guint64 maximum, guint64 *ret_number)
{
    guint64 number = 0;

    if (!text || !text[0] || strlen(text) > 19)
        return FALSE;
    for (const char *p = text; *p; p++) {
        if (!g_ascii_isdigit(*p))
            return FALSE;
        number = number * 10 + (guint64) (*p - '0');
    }
    if (number > maximum)
        return FALSE;
    *ret_number = number;
    return TRUE;
}

gboolean
sdp_copy(char *to, gsize size, const char *from)
{
    if (strlen(from) >= size) {
        to[0] = '\0';
        return FALSE;
    }
    g_strlcpy(to, from, size);
    return TRUE;
}
