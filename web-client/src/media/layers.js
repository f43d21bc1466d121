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
 * @param {{ site: boolean, cores: number, installation?: number | null, asked: string | null }} of `installation`: what the operator wants of all phones; `asked`: the
 *     address says `?layers=1` or `?layers=2`, for a visit whose phone does badly
 * @returns {RTCRtpEncodingParameters[] | null} null: one stream
 */
export function layersFor({ site, cores, installation = null, asked }) {
    const wanted = asked === '1' || asked === '2' ? Number(asked) : installation ?? (cores >= CORES ? 2 : 1);
    return site && wanted === 2 ? SITE_LAYERS : null;
}
