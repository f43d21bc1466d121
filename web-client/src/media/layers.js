/**
 * Layers — in how many qualities a camera is sent at once (simulcast). The relay gives each viewer the best that its network carries, and
 * the recorder the best there is; a phone whose uplink is short stops the upper one by itself (F3: HD, then about 300 kbit/s, then audio with stills).
 */

/** The lower one first: that is the order in which browsers keep them when the uplink is short. @type {RTCRtpEncodingParameters[]} */
export const SITE_LAYERS = [
    { rid: 'l', scaleResolutionDownBy: 2, maxBitrate: 300_000 },
    { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 2_200_000 },
];

/* Two encoders and a camera want four cores; an older phone gets warm, and then slow. */
const CORES = 4;

/**
 * @param {{ site: boolean, cores: number, asked: string | null }} of `asked`: the address says `?layers=1` or `?layers=2`, for a visit whose phone does badly
 * @returns {RTCRtpEncodingParameters[] | null} null: one stream
 */
export function layersFor({ site, cores, asked }) {
    if (asked === '1')
        return null;
    return asked === '2' || (site && cores >= CORES) ? SITE_LAYERS : null;
}
