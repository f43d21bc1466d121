/* ICE-TCP: frames of a stream in pieces of every size; each must come out as if the bytes had come at once. */
#include <string.h>

#include "fuzz.h"
#include "rfc4571.h"

typedef struct {
    GByteArray *bytes;
    guint frames;
} Heard;

static gboolean
hear(gpointer user, guint8 *data, gsize length)
{
    Heard *heard = user;

    FUZZ_CHECK(length > 0 && length <= RFC4571_FRAME_MAX);
    heard->frames++;
    g_byte_array_append(heard->bytes, data, (guint)length);
    data[0] ^= 0xff; /* decryption happens in place: it must not reach what comes later */
    return heard->frames < 1000;
}

static gboolean
read_all(const guint8 *data, gsize size, gsize piece, Heard *heard)
{
    Rfc4571Reader reader = {0};
    gboolean good = TRUE;

    *heard = (Heard){g_byte_array_new(), 0};
    for (gsize at = 0; good && at < size; at += piece) {
        g_autofree guint8 *exact = g_memdup2(data + at, MIN(piece, size - at));

        good = rfc4571_push(&reader, exact, MIN(piece, size - at), hear, heard);
        FUZZ_CHECK(!good || reader.used <= sizeof reader.bytes);
    }
    return good;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    Heard pieces, whole;

    if (size < 2)
        return 0;
    gboolean good = read_all(data + 1, size - 1, 1 + data[0], &pieces);

    FUZZ_CHECK(good == read_all(data + 1, size - 1, size, &whole));
    FUZZ_CHECK(pieces.frames == whole.frames && pieces.bytes->len == whole.bytes->len);
    FUZZ_CHECK(!pieces.bytes->len || !memcmp(pieces.bytes->data, whole.bytes->data, pieces.bytes->len));
    g_byte_array_unref(pieces.bytes);
    g_byte_array_unref(whole.bytes);
    return 0;
}
