/**
 * Replay — plays a recording while it is still being written, or afterwards: hls.js over a byte-range playlist, addressed by
 * the wall clock of the recording (EXT-X-PROGRAM-DATE-TIME), because marks are instants. hls.js is loaded when first needed.
 */

/** @typedef {{ start: number, duration: number, programDateTime: number | null }} PlaylistFragment */

/**
 * Position in the playlist for an instant; the nearest end if it lies outside, the next fragment if it falls into a gap.
 * @param {readonly PlaylistFragment[]} fragments in order
 * @param {number} atMs
 * @returns {number | null} seconds; null if the playlist is empty or has no clock
 */
export function positionOf(fragments, atMs) {
    let last = null;
    for (const fragment of fragments) {
        if (fragment.programDateTime === null)
            continue;
        if (atMs < fragment.programDateTime)
            return fragment.start;
        const into = (atMs - fragment.programDateTime) / 1000;
        if (into <= fragment.duration)
            return fragment.start + into;
        last = fragment;
    }
    return last ? last.start + Math.max(0, last.duration - 0.1) : null;
}

/**
 * The instant of a position.
 * @param {readonly PlaylistFragment[]} fragments
 * @param {number} position seconds
 * @returns {number | null}
 */
export function instantOf(fragments, position) {
    const fragment = fragments.findLast((candidate) => candidate.start <= position + 0.001 && candidate.programDateTime !== null);
    return fragment ? /** @type {number} */ (fragment.programDateTime) + (position - fragment.start) * 1000 : null;
}

/* In its first seconds a recording has no segment yet; asked for again this often. */
const RETRY_MS = 700;

/**
 * @param {{
 *   clock: import('../../types/base.js').Clock,
 *   playable: (playlist: string) => Promise<boolean>,
 *   onTime: (atMs: number) => void,
 *   onState: (state: 'loading' | 'playing' | 'failed') => void,
 * }} options
 */
export function createReplay(options) {
    /** @type {import('/vendor/hls.js').default | null} */
    let player = null;
    /** @type {HTMLVideoElement | null} */
    let video = null;
    /** @type {number | null} */
    let wantedMs = null;
    let address = '';
    let opening = 0;

    /** @returns {PlaylistFragment[]} */
    const fragments = () => player?.levels[Math.max(0, player.currentLevel)]?.details?.fragments ?? [];

    const seek = () => {
        if (!video || wantedMs === null)
            return;
        const position = positionOf(fragments(), wantedMs);
        if (position === null)
            return;
        wantedMs = null;
        video.currentTime = position;
        void video.play().catch(() => {});
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
        const { default: Hls } = await import('/vendor/hls.js');
        while (mine === opening && !await options.playable(address).catch(() => false))
            await new Promise((resolve) => options.clock.after(RETRY_MS, () => resolve(undefined)));
        if (mine !== opening || !video)
            return;
        const hls = new Hls({ enableWorker: false /* a worker from a blob is not allowed by our policy */, startPosition: 0, liveSyncDurationCount: 2 });
        player = hls;
        hls.on(Hls.Events.LEVEL_LOADED, seek);
        hls.on(Hls.Events.ERROR, (_event, data) => {
            if (data.fatal) {
                console.warn('replay failed', data.type, data.details);
                options.onState('failed');
            }
        });
        hls.loadSource(address);
        hls.attachMedia(video);
    };

    const onTime = () => {
        if (!video || wantedMs !== null)
            return;
        const at = instantOf(fragments(), video.currentTime);
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
            wantedMs = atMs;
            if (player && address === playlist)
                return seek();
            address = playlist;
            if (video)
                void open();
        },
        stop() {
            close();
            address = '';
            wantedMs = null;
        },
    };
}
