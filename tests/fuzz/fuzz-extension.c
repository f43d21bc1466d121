/* The header of a packet and every element of its extension, in the one-byte and the two-byte form. */
#include "fuzz.h"
#include "rtp-packet.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    RtpHeader header;

    if (!rtp_header_parse(data, size, &header))
        return 0;
    FUZZ_CHECK((gsize) header.header_length + header.payload_length + header.padding_length == size);
    FUZZ_CHECK((gsize) header.extension_offset + header.extension_length <= header.header_length);
    for (guint id = 0; id < 256; id++) {
        gsize length = 0;
        const guint8 *element = rtp_header_extension(&header, data, (guint8) id, &length);

        FUZZ_CHECK(!element || (element >= data + header.extension_offset &&
                                element + length <= data + header.extension_offset + header.extension_length));
    }
    return 0;
}
