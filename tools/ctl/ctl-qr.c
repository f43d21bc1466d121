#include "ctl.h"

#include <qrencode.h>

/* ISO/IEC 18004 asks for four modules of quiet zone; two are enough for phones and fit an 80-column terminal.
 */
#define QUIET 2

static gboolean
dark(const QRcode *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->width && y < code->width && (code->data[y * code->width + x] & 1);
}

char *
ctl_qr(const char *text)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

    if (!code)
        return NULL;
    GString *picture = g_string_new(NULL);

    /* Two modules per character cell, upper and lower half. Black on white by escape: a dark terminal would
     * invert the code, and some readers do not take that. */
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        g_string_append(picture, "\033[30;107m");
        for (int x = -QUIET; x < code->width + QUIET; x++) {
            gboolean upper = dark(code, x, y), lower = dark(code, x, y + 1);

            g_string_append(picture, upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ");
        }
        g_string_append(picture, "\033[0m\n");
    }
    QRcode_free(code);
    return g_string_free(picture, FALSE);
}
