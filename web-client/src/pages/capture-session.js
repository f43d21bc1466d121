/**
 * Photographing the pages of a document on the applicant's page: camera, frame, still, upload, the server's word. Loaded when it is first asked for.
 */

import { edgesOf, fitOf, FRAME } from '../media/document-edges.js';
import { problemOf } from '../protocol/problem.js';

/** @import { Capturing, CaptureActions } from '../../types/help.js' */
/** @import { Clock } from '../../types/base.js' */

/* Small enough for every step, large enough for an edge. */
const LOOK_WIDTH = 120;
const LOOK_MS = 350;
/* A page of A4 at 200 dpi; more costs minutes on a bad line. */
const SIDE_MAX = 2400;
const QUALITY = 0.85;

/** @param {CanvasImageSource} source @param {number} width @param {number} height @param {number} side */
function drawn(source, width, height, side) {
    const scale = Math.min(1, side / Math.max(width, height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    return { canvas, context };
}

/** @param {HTMLVideoElement} video */
function edgesNow(video) {
    const { canvas, context } = drawn(video, video.videoWidth, video.videoHeight, LOOK_WIDTH);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const gray = new Uint8Array(canvas.width * canvas.height);
    for (let i = 0; i < gray.length; i++)
        gray[i] = (Number(data[4 * i]) * 2 + Number(data[4 * i + 1]) * 5 + Number(data[4 * i + 2])) >> 3;
    return fitOf(edgesOf(gray, canvas.width, canvas.height, FRAME));
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
const jpegOf = (canvas) => new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture'))), 'image/jpeg', QUALITY));

/**
 * @param {{
 *   clock: Clock, devices: MediaDevices | undefined, root: HTMLElement, path: string, label: string,
 *   dispatch: (capture: Partial<Capturing> | null) => void,
 *   upload: (page: string, picture: Blob) => Promise<{ verdict: string }>,
 *   newId: () => string,
 *   attach: (page: string, picture: string) => void, detach: (page: string) => void,
 * }} ports
 * @returns {CaptureActions}
 */
export function startCapture(ports) {
    const { clock, dispatch } = ports;
    /** @type {MediaStream | null} */
    let camera = null;
    let pages = 0;
    let last = '';
    let over = false;
    const video = () => /** @type {HTMLVideoElement | null} */ (ports.root.querySelector('dialog.capture video'));

    const timer = clock.every(LOOK_MS, () => {
        const element = video();
        if (element && element.videoWidth > 0)
            dispatch({ edges: edgesNow(element) });
    });

    /** @param {CanvasImageSource} source @param {number} width @param {number} height */
    async function send(source, width, height) {
        dispatch({ stage: 'sending', problem: null });
        try {
            const picture = await jpegOf(drawn(source, width, height, SIDE_MAX).canvas);
            const page = ports.newId();
            const { verdict } = await ports.upload(page, picture);
            if (over)
                return;
            const url = URL.createObjectURL(picture);
            ports.attach(page, url);
            last = page;
            pages += 1;
            dispatch({ stage: 'judged', verdict, pages, picture: url });
        } catch (error) {
            dispatch({ stage: camera ? 'aim' : 'no-camera', problem: problemOf(error) });
        }
    }

    const back = () => dispatch({ stage: camera ? 'aim' : 'no-camera', verdict: null, picture: null });

    void (async () => {
        dispatch({ path: ports.path, label: ports.label, stage: 'opening', stream: null, edges: 'none', pages: 0, verdict: null, picture: null, problem: null });
        try {
            const got = await ports.devices?.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 2560 } } });
            if (over || !got)
                got?.getTracks().forEach((track) => track.stop());
            camera = over ? null : got ?? null;
        } catch (error) {
            console.warn('no camera', error);
        }
        if (!over)
            dispatch({ stage: camera ? 'aim' : 'no-camera', stream: camera });
    })();

    return {
        shoot() {
            const element = video();
            if (element && element.videoWidth > 0)
                void send(element, element.videoWidth, element.videoHeight);
        },
        async chosen(files) {
            for (const file of files) {
                try {
                    const bitmap = await createImageBitmap(file);
                    await send(bitmap, bitmap.width, bitmap.height);
                } catch (error) {
                    dispatch({ problem: problemOf(error) });
                }
            }
        },
        again() {
            ports.detach(last);
            pages -= 1;
            dispatch({ pages });
            back();
        },
        more: back,
        done() {
            over = true;
            clock.cancel(timer);
            camera?.getTracks().forEach((track) => track.stop());
            dispatch(null);
        },
    };
}
