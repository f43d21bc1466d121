/**
 * Which video codecs are offered, and in which order. The relay and the recorder take H.264 constrained baseline first
 * and VP8 from phones that have no H.264; anything else would be negotiated and then not recorded (R8, R9).
 */

/** 42e01f is constrained baseline 3.1; 640c1f is what iPhones put first. @param {RTCRtpCodec} codec */
function rank(codec) {
    const type = codec.mimeType.toLowerCase();
    const parameters = codec.sdpFmtpLine ?? '';
    if (type === 'video/h264') {
        const profile = /profile-level-id=([0-9a-f]{6})/i.exec(parameters)?.[1]?.toLowerCase() ?? '';
        const whole = /packetization-mode=1/.test(parameters);
        if (!whole)
            return null; /* one slice must fit a packet: useless for 720p */
        return profile.startsWith('42e0') ? 0 : profile.startsWith('42') ? 1 : 2;
    }
    if (type === 'video/vp8')
        return 3;
    if (type === 'video/rtx')
        return 4;
    return null;
}

/**
 * @param {RTCRtpCodec[]} codecs
 * @returns {RTCRtpCodec[]} empty if the browser knows none of ours: then its own order stands and the server will say so
 */
export function preferredVideoCodecs(codecs) {
    const ranked = codecs.map((codec, index) => ({ codec, index, rank: rank(codec) }))
        .filter((entry) => entry.rank !== null)
        .sort((a, b) => /** @type {number} */ (a.rank) - /** @type {number} */ (b.rank) || a.index - b.index)
        .map((entry) => entry.codec);
    return ranked.some((codec) => !codec.mimeType.toLowerCase().endsWith('/rtx')) ? ranked : [];
}
