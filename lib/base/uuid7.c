#include "uuid7.h"

#include <string.h>
#include <sys/random.h>

char *
uuid7_new(const Clock *clock)
{
    guint64 ms = (guint64) (clock_wall_us(clock) / 1000);
    guint8 b[16];

    if (getrandom(b, sizeof b, 0) != sizeof b)
        g_error("the kernel gave no random bytes");
    for (int i = 0; i < 6; i++)
        b[i] = (guint8) (ms >> (40 - 8 * i));
    b[6] = 0x70 | (b[6] & 0x0f);
    b[8] = 0x80 | (b[8] & 0x3f);
    return g_strdup_printf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3],
                           b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

gboolean
uuid7_is_valid(const char *text)
{
    if (!text || strlen(text) != UUID7_LENGTH)
        return FALSE;
    for (int i = 0; i < UUID7_LENGTH; i++) {
        gboolean dash = i == 8 || i == 13 || i == 18 || i == 23;
        gboolean hex = g_ascii_isdigit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');

        if (dash ? text[i] != '-' : !hex)
            return FALSE;
    }
    return text[14] == '7' && strchr("89ab", text[19]) != NULL;
}
