/**
 * The player: hls.js where the browser has Media Source Extensions, the browser's own HLS where it has not (iPhone); our own where a part is WebM.
 * The seam to hls.js; a fake of the same shape serves the tests.
 */

import { afterMore, afterStall, approach, liveEdge } from '../media/live-edge.js';
import { mediaSourceOf, partsAddress, playParts } from '../media/parts-player.js';
import { endOf } from '../media/parts-playlist.js';
import Hls from '/vendor/hls.js';


/**
 * @typedef {{
 *   attach(element: HTMLVideoElement): void,
 *   open(address: string, positionMs: number): void,
 *   close(): void,
 *   seek(positionMs: number): void,
 *   play(): void,
 *   pause(): void,
 *   rate(value: number): void,
 *   frame(steps: number): void,
 *   live(): void,
 *   shows(): { positionMs: number, playing: boolean, rate: number } | null,
 * }} Player
 */

/**
 * @typedef {{ positionMs: number, playing: boolean, rate: number, live: boolean }} PlayerState `live`: it stays with what is happening now
 */

/**
 * @param {(state: PlayerState) => void} changed
 * @param {() => void} failed the recording cannot be played
 * @returns {Player} `live`: to the newest picture of a running recording, and to stay there until it is moved. `shows`: what it shows at this moment; null before there is a picture
 */
export function createPlayer(changed, failed) {
    /** @type {HTMLVideoElement | null} */
    let video = null;
    /** @type {Hls | null} */
    let hls = null;
    /** @type {import('../media/parts-player.js').PartsPlayer | null} */
    let parts = null;
    let loads = 0;
    let wanted = { address: '', positionMs: 0, play: false };
    /* While it stays close behind: how close. */
    /** @type {import('../media/live-edge.js').LiveEdge | null} */
    let edge = null;
    /* It is not known yet which player it is: what is asked for meanwhile is done then. */
    let loading = false;
    /* Media errors are recovered from, but not for ever: a file that always fails must say so. */
    let recoveries = 0;

    /* Time from one frame to the next as seen last; a phone sends between 5 and 60 a second. */
    let frameS = 1 / 25;
    let lastFrameS = -1;
    const seeFrame = (/** @type {number} */ _now, /** @type {{ mediaTime: number }} */ { mediaTime }) => {
        const apart = mediaTime - lastFrameS;
        if (apart >= 1 / 61 && apart <= 1 / 5)
            frameS = apart;
        lastFrameS = mediaTime;
        video?.requestVideoFrameCallback?.(seeFrame);
    };

    const tell = () => {
        if (video)
            changed({ positionMs: video.currentTime * 1000, playing: !video.paused, rate: edge ? 1 : video.playbackRate, live: edge !== null });
    };

    const livePosition = () => Math.max(0, endOf(parts?.list().segments ?? []) - (edge?.targetS ?? 0));

    /** More has come: closer, if it has fallen behind. */
    const approachEdge = () => {
        const segments = parts?.list().segments ?? [];
        if (!edge || !video || video.paused || video.seeking || loading || segments.length === 0)
            return;
        edge = afterMore(edge, performance.now());
        const { jump, rate } = approach(edge, endOf(segments) - video.currentTime);
        if (jump)
            video.currentTime = livePosition();
        if (video.playbackRate !== rate)
            video.playbackRate = rate;
        if (parts?.list().ended)
            leaveEdge();
    };

    const leaveEdge = () => {
        if (edge && video)
            video.playbackRate = 1;
        edge = null;
    };

    const onWaiting = () => {
        if (edge && video && !video.seeking && video.currentTime > 0)
            edge = afterStall(edge, performance.now());
    };

    const stop = () => {
        loads += 1;
        hls?.destroy();
        hls = null;
        parts?.destroy();
        parts = null;
    };

    /** hls.js reads no WebM, and of a running recording only whole segments. @param {number} positionMs */
    const loadParts = async (positionMs) => {
        const address = partsAddress(wanted.address);
        const mine = loads;
        const text = mediaSourceOf() ? await fetch(address, { credentials: 'same-origin' }).then((answer) => answer.text()).catch(() => '') : '';
        if (mine !== loads || !video || !text.includes('#EXTM3U') || (text.includes('#EXT-X-ENDLIST') && !text.includes('.webm"')))
            return false;
        stop();
        const begin = (/** @type {import('../media/parts-playlist.js').PartPlaylist} */ { segments }) =>
            (segments.length === 0 ? null : edge ? Math.max(0, endOf(segments) - edge.targetS) : positionMs / 1000);
        parts = playParts(video, address, { begin, failed, changed: approachEdge });
        return true;
    };

    const load = () => {
        if (!video || !wanted.address)
            return;
        stop();
        recoveries = 0;
        const mine = loads;
        loading = true;
        void loadParts(wanted.positionMs).then((playing) => {
            if (!playing && mine !== loads)
                return;
            loading = false;
            if (!playing)
                loadHls();
            if (wanted.play)
                void video?.play().catch(() => tell());
        });
    };

    const loadHls = () => {
        if (!video)
            return;
        if (!Hls.isSupported()) {
            video.src = wanted.address;
            video.currentTime = wanted.positionMs / 1000;
            return;
        }
        hls = new Hls({ startPosition: wanted.positionMs / 1000, enableWorker: false, /* a worker from a blob is not allowed by our policy */
            maxBufferLength: 20, backBufferLength: 30 });
        hls.on(Hls.Events.ERROR, (_name, data) => {
            if (!data.fatal)
                return;
            if (data.type === Hls.ErrorTypes.MEDIA_ERROR && recoveries++ < 3)
                hls?.recoverMediaError();
            else
                void loadParts((video?.currentTime ?? 0) * 1000).then((playing) => { if (!playing) failed(); });
        });
        hls.loadSource(wanted.address);
        hls.attachMedia(video);
    };

    return {
        attach(element) {
            if (video === element)
                return;
            video = element;
            for (const name of ['timeupdate', 'play', 'pause', 'seeking', 'seeked', 'ratechange', 'ended'])
                element.addEventListener(name, tell);
            element.addEventListener('waiting', onWaiting);
            element.requestVideoFrameCallback?.(seeFrame);
            load();
        },
        open(address, positionMs) {
            edge = null;
            wanted = { address, positionMs, play: false };
            load();
        },
        close() {
            stop();
            edge = null;
            wanted = { address: '', positionMs: 0, play: false };
            loading = false;
            video = null;
        },
        seek(positionMs) {
            if (!video)
                return;
            leaveEdge();
            if (loading) {
                wanted.positionMs = Math.max(0, positionMs);
                return;
            }
            video.currentTime = Math.max(0, positionMs / 1000);
            tell();
        },
        play() {
            if (loading) {
                wanted.play = true;
                return;
            }
            void video?.play().catch(() => tell());
        },
        pause() {
            leaveEdge();
            video?.pause();
        },
        rate(value) {
            leaveEdge();
            if (video)
                video.playbackRate = value;
        },
        live() {
            edge = liveEdge(performance.now());
            wanted.play ||= loading;
            if (!video || loading)
                return;
            video.playbackRate = 1;
            if ((parts?.list().segments ?? []).length > 0)
                video.currentTime = livePosition();
            void video.play().catch(() => tell());
            tell();
        },
        shows: () => (video && !loading && video.readyState > 1
            ? { positionMs: video.currentTime * 1000, playing: !video.paused && video.readyState > 2, rate: video.playbackRate } : null),
        frame(steps) {
            if (!video)
                return;
            leaveEdge();
            video.pause();
            /* From what is shown, not from the clock between two frames: so a step is always a frame. */
            const shown = lastFrameS >= 0 && Math.abs(lastFrameS - video.currentTime) < 0.3 ? lastFrameS : video.currentTime;
            video.currentTime = Math.max(0, shown + (steps + 0.5) * frameS);
            tell();
        },
    };
}
