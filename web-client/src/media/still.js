/**
 * Still — one full-size picture from the applicant's camera as JPEG: the photo function of the phone where there is one,
 * else the current frame of the track at its own size.
 */

const QUALITY = 0.92;
/* takePhoto() waits for focus and exposure; some phones never come back from it. */
const PHOTO_MS = 4000;
/* The server takes no longer ones. Below it a photo goes as it is, byte for byte, with what the camera wrote into it (EXIF). */
export const STILL_MAX_BYTES = 16 * 1024 * 1024;
const LONGEST_SIDE = 8192;

/** @template T @param {Promise<T>} promise @param {number} ms @returns {Promise<T>} */
function within(promise, ms) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('too slow')), ms);
        promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @returns {Promise<Blob>} */
function encode(source, width, height) {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    if (!context)
        return Promise.reject(new Error('no canvas'));
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => {
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', QUALITY);
    });
}

/** @param {Blob} photo */
async function asJpeg(photo) {
    if (photo.type === 'image/jpeg' && photo.size <= STILL_MAX_BYTES)
        return photo;
    const bitmap = await createImageBitmap(photo);
    try {
        return await encode(bitmap, bitmap.width, bitmap.height);
    } finally {
        bitmap.close();
    }
}

/**
 * A twin of the track, with as many pixels as the camera has where the browser gives each track its own size (Safari): the call goes on as it is.
 * @param {MediaStreamTrack} track
 */
async function sharpest(track) {
    const twin = track.clone();
    const { width, height } = twin.getCapabilities?.() ?? {};
    if (width?.max && height?.max)
        await within(twin.applyConstraints({ width: { ideal: width.max }, height: { ideal: height.max } }), PHOTO_MS).catch(() => {});
    return twin;
}

/** @param {MediaStreamTrack} track */
async function fromVideo(track) {
    const video = document.createElement('video');
    const twin = await sharpest(track);
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([twin]);
    try {
        await within(video.play(), PHOTO_MS);
        return await encode(video, video.videoWidth, video.videoHeight);
    } finally {
        video.srcObject = null;
        twin.stop();
    }
}

/**
 * @param {MediaStreamTrack} track a live camera track
 * @returns {Promise<Blob>} image/jpeg of at most STILL_MAX_BYTES for any sane camera
 */
export async function takeStill(track) {
    const ImageCapture = /** @type {any} */ (globalThis).ImageCapture;
    if (ImageCapture) {
        try {
            return await asJpeg(await within(new ImageCapture(track).takePhoto(), PHOTO_MS));
        } catch {
            /* Many webviews announce the class and then refuse: the frame itself is next best. */
        }
    }
    return fromVideo(track);
}
