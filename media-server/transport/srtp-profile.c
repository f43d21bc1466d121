#include "srtp-profile.h"

const char *
srtp_profile_name(SrtpProfile profile)
{
    switch (profile) {
    case SRTP_PROFILE_AES128_CM_SHA1_80:
        return "AES_CM_128_HMAC_SHA1_80";
    case SRTP_PROFILE_AEAD_AES_128_GCM:
        return "AEAD_AES_128_GCM";
    default:
        return "none";
    }
}
