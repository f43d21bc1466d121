/** RFC 7714, sections 16 and 17: test vectors for AEAD_AES_128_GCM. They state session keys, below the key derivation. */
#pragma once

#define RFC7714_KEY  "000102030405060708090a0b0c0d0e0f"
#define RFC7714_SALT "517569642070726f2071756f"

/* 16.1: sequence number f17b, roll-over counter 0, SSRC 5501a0b2, a header of 12 bytes */
#define RFC7714_RTP                                                                                                    \
    "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573"
#define RFC7714_RTP_IV "51753c6580c2726f20718414"
#define RFC7714_SRTP                                                                                                   \
    "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833" \
    "899d7f27 beb16a91 52cf765e e4390cce"

/* 17.1: SSRC 4d617273, index 000005d4 */
#define RFC7714_RTCP                                                                                                   \
    "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61"                                          \
    "deadbeef deadbeef deadbeef deadbeef deadbeef"
#define RFC7714_RTCP_SSRC  0x4d617273
#define RFC7714_RTCP_INDEX 0x000005d4
#define RFC7714_SRTCP                                                                                                  \
    "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded"      \
    "0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4"
