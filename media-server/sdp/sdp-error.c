#include "sdp-error.h"

G_DEFINE_QUARK(sdp-error, sdp_error)

static const struct {
    const char *code, *english, *chinese;
} descriptions[] = {
    [SDP_ERROR_TOO_LARGE] = { "sdp/too-large", "The session description is too large.", "会话描述过大。" },
    [SDP_ERROR_MALFORMED] = { "sdp/malformed", "The session description cannot be read.", "无法解析会话描述。" },
    [SDP_ERROR_NO_MEDIA] = { "sdp/no-media", "The offer contains no audio or video.", "请求中没有音频或视频。" },
    [SDP_ERROR_NO_BUNDLE] = { "sdp/no-bundle", "All media must share one transport (BUNDLE).", "所有媒体必须复用同一传输通道（BUNDLE）。" },
    [SDP_ERROR_NO_RTCP_MUX] = { "sdp/no-rtcp-mux", "RTP and RTCP must share one port (rtcp-mux).", "RTP 与 RTCP 必须复用同一端口（rtcp-mux）。" },
    [SDP_ERROR_NO_ICE] = { "sdp/no-ice", "The ICE credentials are missing or wrong.", "缺少 ICE 凭据或凭据不正确。" },
    [SDP_ERROR_NO_FINGERPRINT] = { "sdp/no-fingerprint", "A SHA-256 certificate fingerprint is missing.", "缺少 SHA-256 证书指纹。" },
    [SDP_ERROR_SETUP] = { "sdp/setup", "The client must take the active DTLS role.", "客户端必须作为 DTLS 主动方。" },
    [SDP_ERROR_NO_COMMON_CODEC] = { "sdp/no-common-codec", "The offer contains none of H.264, VP8 and Opus in a usable form.",
                                    "请求中没有可用的 H.264、VP8 或 Opus 编码。" },
};

const char *
sdp_error_code(SdpError error)
{
    return descriptions[error].code;
}

const char *
sdp_error_english(SdpError error)
{
    return descriptions[error].english;
}

const char *
sdp_error_chinese(SdpError error)
{
    return descriptions[error].chinese;
}
