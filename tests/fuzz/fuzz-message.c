/* A message of the signalling protocol, as the server and as a client would take it; what was taken is taken again when written out. */
#include <string.h>

#include "bounded-json.h"
#include "fuzz.h"
#include "message.h"

static void
decode(GBytes *bytes, MessageDirection direction)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Message) message = message_decode(bytes, direction, &error);

    FUZZ_CHECK(!error == (message != NULL));
    if (!message)
        return;
    g_autofree char *text = bounded_json_dump(message->json);
    g_autoptr(GBytes) again = g_bytes_new_static(text, strlen(text));
    g_autoptr(Message) second = NULL;

    message_id(message->json);
    /* Escapes may make the text longer than its bound; shorter it has to be good. */
    second = message_decode(again, direction, NULL);
    FUZZ_CHECK(second || strlen(text) > MESSAGE_TO_SERVER_MAX);
    if (!second)
        return;
    g_autofree char *text_again = bounded_json_dump(second->json); /* not json_equal(): reals are written with 15 digits */

    FUZZ_CHECK(g_str_equal(text_again, text));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);

    decode(bytes, MESSAGE_TO_SERVER);
    decode(bytes, MESSAGE_TO_CLIENT);
    return 0;
}
