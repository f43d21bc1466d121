/**
 * Replay — plays a recording while it is still being written, addressed by the wall clock of the recording (EXT-X-PROGRAM-DATE-TIME), because
 * marks are instants. H.264 and VP8 parts alike, by our own player (parts-player.js).
 */

import { mediaSourceOf, partsAddress, playParts } from './parts-player.js';
import { instantOf, positionOf } from './parts-playlist.js';

/* In its first seconds a recording has no segment yet; asked for again this often. */
const RETRY_MS = 700;

/**
 * @param {{
 *   clock: import('../../types/base.js').Clock,
 *   playable: (playlist: string) => Promise<boolean>,
 *   onTime: (atMs: number) => void,
 *   onState: (state: 'loading' | 'playing' | 'failed') => void,
 *   open?: typeof playParts,
 * }} options
 */
export function createReplay(options) {
    const openParts = options.open ?? playParts;
    /** @type {import('./parts-player.js').PartsPlayer | null} */
    let player = null;
    /** @type {HTMLVideoElement | null} */
    let video = null;
    /** @type {number | null} */
    let wantedMs = null;
    let address = '';
    let opening = 0;

    const start = () => void video?.play().catch(() => {});

    /** Where what is wanted lies, if the playlist has it. @param {import('./parts-playlist.js').PartPlaylist} list */
    const begin = ({ segments }) => {
        const position = wantedMs === null ? null : positionOf(segments, wantedMs);
        if (position !== null)
            wantedMs = null;
        return position;
    };

    const close = () => {
        opening += 1;
        player?.destroy();
        player = null;
    };

    const open = async () => {
        close();
        const mine = opening;
        options.onState('loading');
        while (mine === opening && !await options.playable(address).catch(() => false))
            await new Promise((resolve) => options.clock.after(RETRY_MS, () => resolve(undefined)));
        if (mine !== opening || !video)
            return;
        if (options.open || mediaSourceOf()) {
            player = openParts(video, partsAddress(address), { begin, failed: () => options.onState('failed') });
        } else { /* an old iPhone plays HLS by itself, from its beginning */
            video.src = address;
        }
        start();
    };

    const onTime = () => {
        if (!video || !player || wantedMs !== null)
            return;
        const at = instantOf(player.list().segments, video.currentTime);
        if (at !== null)
            options.onTime(at);
    };
    const onPlaying = () => options.onState('playing');

    return {
        /** The element to play in, or null when it is gone. @param {HTMLVideoElement | null} element */
        attach(element) {
            if (element === video)
                return;
            video?.removeEventListener('timeupdate', onTime);
            video?.removeEventListener('playing', onPlaying);
            close();
            video = element;
            video?.addEventListener('timeupdate', onTime);
            video?.addEventListener('playing', onPlaying);
            if (video && address)
                void open();
        },
        /** @param {string} playlist @param {number} atMs */
        play(playlist, atMs) {
            const position = player && address === playlist && !video?.error ? positionOf(player.list().segments, atMs) : null;
            if (video && position !== null) {
                wantedMs = null;
                video.currentTime = position;
                return start();
            }
            wantedMs = atMs;
            if (player && address === playlist && !video?.error)
                return undefined;
            address = playlist;
            if (video)
                void open();
            return undefined;
        },
        stop() {
            close();
            address = '';
            wantedMs = null;
        },
    };
}
