/**
 * Capture — camera and microphone with fall-backs: what the phone cannot do exactly it does approximately, and what it
 * refuses is named, so that the page can say what to do about it.
 */

/** @import { Capture, DeviceProblem, Devices, Facing } from '../../types/media.js' */

/** @type {MediaTrackConstraints} */
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** The site must be legible; a face beside it only has to be a face. */
export const SITE = { width: 1280, height: 720, frameRate: 30 };
export const FACE = { width: 640, height: 360, frameRate: 20 };

/**
 * From what we want to what any camera can: an old phone that cannot do 720p is still a witness.
 * @param {Facing} facing
 * @param {boolean} exact when switching: `ideal` would be free to give the same camera again
 * @param {typeof SITE} [wanted]
 * @returns {(MediaTrackConstraints | true)[]}
 */
export function videoLadder(facing, exact, wanted = SITE) {
    const facingMode = exact ? { exact: facing } : { ideal: facing };
    const size = { width: { ideal: wanted.width }, height: { ideal: wanted.height } };
    /** @type {(MediaTrackConstraints | true)[]} */
    const ladder = [{ facingMode, ...size, frameRate: { ideal: wanted.frameRate, max: wanted.frameRate } }, { facingMode, ...size }, { facingMode }];
    if (!exact)
        ladder.push(true);
    return ladder;
}

/** @param {unknown} error @returns {DeviceProblem} */
export function deviceProblem(error) {
    switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
        return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
        return 'missing';
    case 'NotReadableError':
    case 'AbortError':
        return 'busy'; /* another app or a phone call holds it */
    default:
        return 'failed';
    }
}

/**
 * @param {Devices} devices
 * @param {(MediaTrackConstraints | true)[]} ladder
 * @param {MediaTrackConstraints | null} audio
 * @returns {Promise<MediaStream>}
 */
async function climbDown(devices, ladder, audio) {
    let last;
    for (const video of ladder) {
        try {
            return await devices.getUserMedia(audio ? { video, audio } : { video });
        } catch (error) {
            last = error;
            const problem = deviceProblem(error);
            if (problem !== 'missing' && problem !== 'busy')
                break; /* asking again in other words would only annoy */
        }
    }
    throw last;
}

/* People walk and pan: smooth movement matters more than single sharp frames; stills are taken apart. */
/** @param {MediaStream} stream */
function tracksOf(stream) {
    const video = stream.getVideoTracks()[0] ?? null;
    const audio = stream.getAudioTracks()[0] ?? null;
    if (video && 'contentHint' in video)
        video.contentHint = 'motion';
    if (audio && 'contentHint' in audio)
        audio.contentHint = 'speech';
    return { video, audio };
}

/**
 * Asks once for both; when that fails asks for each, so that one refusal does not take the other device with it.
 * @param {Devices | undefined} devices undefined where the page is not secure or the webview has none
 * @param {Facing} facing
 * @param {typeof SITE} [wanted]
 * @returns {Promise<Capture>}
 */
export async function openCapture(devices, facing, wanted = SITE) {
    if (!devices?.getUserMedia)
        return { video: null, audio: null, videoProblem: 'unsupported', audioProblem: 'unsupported' };
    try {
        return { ...tracksOf(await climbDown(devices, videoLadder(facing, false, wanted), AUDIO)), videoProblem: null, audioProblem: null };
    } catch {
        /** @type {Capture} */
        const capture = { video: null, audio: null, videoProblem: null, audioProblem: null };
        try {
            capture.video = tracksOf(await climbDown(devices, videoLadder(facing, false, wanted), null)).video;
        } catch (error) {
            capture.videoProblem = deviceProblem(error);
        }
        try {
            capture.audio = tracksOf(await devices.getUserMedia({ audio: AUDIO })).audio;
        } catch (error) {
            capture.audioProblem = deviceProblem(error);
        }
        return capture;
    }
}

/**
 * @param {Devices} devices
 * @param {Facing} facing
 * @returns {Promise<MediaStreamTrack>}
 */
export async function openVideo(devices, facing) {
    return /** @type {MediaStreamTrack} */ (tracksOf(await climbDown(devices, videoLadder(facing, false), null)).video);
}

/** @param {Devices} devices @returns {Promise<MediaStreamTrack>} */
export async function openAudio(devices) {
    return /** @type {MediaStreamTrack} */ (tracksOf(await devices.getUserMedia({ audio: AUDIO })).audio);
}

/**
 * The other camera. The old track must be stopped before: phones open one camera at a time.
 * @param {Devices} devices
 * @param {Facing} facing wanted
 * @param {string | undefined} currentDevice deviceId of the stopped track
 * @returns {Promise<MediaStreamTrack>}
 */
export async function switchCamera(devices, facing, currentDevice) {
    try {
        return /** @type {MediaStreamTrack} */ (tracksOf(await climbDown(devices, videoLadder(facing, true), null)).video);
    } catch {
        const cameras = (await devices.enumerateDevices()).filter((device) => device.kind === 'videoinput');
        const next = cameras[(cameras.findIndex((camera) => camera.deviceId === currentDevice) + 1) % Math.max(1, cameras.length)];
        /** @type {(MediaTrackConstraints | true)[]} */
        const ladder = next?.deviceId ? [{ deviceId: { exact: next.deviceId }, width: { ideal: 1280 }, height: { ideal: 720 } }, true] : [true];
        return /** @type {MediaStreamTrack} */ (tracksOf(await climbDown(devices, ladder, null)).video);
    }
}

/** @param {Devices} devices */
export async function cameraCount(devices) {
    return (await devices.enumerateDevices()).filter((device) => device.kind === 'videoinput').length;
}

/** @param {MediaStreamTrack | null} track */
export function hasTorch(track) {
    const capabilities = /** @type {{ torch?: boolean } | undefined} */ (track?.getCapabilities?.());
    return capabilities?.torch === true;
}

/** @param {MediaStreamTrack} track @param {boolean} on */
export async function setTorch(track, on) {
    await track.applyConstraints({ advanced: [/** @type {MediaTrackConstraintSet} */ ({ torch: on })] });
}

/** Where the camera can; others reject. @param {MediaStreamTrack} track @param {number} zoom times */
export async function setZoom(track, zoom) {
    const range = /** @type {any} */ (track.getCapabilities?.())?.zoom;
    if (!range)
        throw new Error('no zoom');
    await track.applyConstraints(/** @type {any} */ ({ advanced: [{ zoom: Math.min(range.max, Math.max(range.min, zoom)) }] }));
}
