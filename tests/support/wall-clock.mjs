// A camera whose picture is the wall clock, and an eye that reads it back from a <video>: how old a picture is, whatever lies between.

/* Milliseconds modulo 2^20 (17 minutes) and their check, as black and white fields that survive any encoder. */
const BITS = 20;
const CHECK = 4;
const COLUMNS = 6;

/** In the page: `getUserMedia` gives the wall clock for a camera. */
function becomeClock({ BITS, CHECK, COLUMNS }) {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const rows = (BITS + CHECK) / COLUMNS;

    navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = wanted.audio ? await real({ audio: wanted.audio }) : new MediaStream();
        if (!wanted.video)
            return stream;
        const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 320 });
        const context = canvas.getContext('2d');
        const side = canvas.width / COLUMNS;
        const draw = () => {
            const now = Date.now() % 2 ** BITS;
            const word = now * 2 ** CHECK + (now % 13);
            for (let bit = 0; bit < BITS + CHECK; bit++) {
                context.fillStyle = Math.floor(word / 2 ** bit) % 2 ? '#fff' : '#000';
                context.fillRect((bit % COLUMNS) * side, Math.floor(bit / COLUMNS) * (canvas.height / rows), side, canvas.height / rows);
            }
        };
        draw();
        setInterval(draw, 40);
        for (const track of canvas.captureStream(25).getVideoTracks())
            stream.addTrack(track);
        return stream;
    };
}

/** Before the first page of a context: its camera shows the wall clock. */
export const wallClockCamera = (context) => context.addInitScript(becomeClock, { BITS, CHECK, COLUMNS });

/** Reads every picture that a <video> shows; `ages(page)` then gives how old they were, in ms, since it was last asked. */
export const watchWallClock = (page, selector) => page.evaluate(({ selector, BITS, CHECK, COLUMNS }) => {
    const video = document.querySelector(selector);
    const rows = (BITS + CHECK) / COLUMNS;
    const canvas = Object.assign(document.createElement('canvas'), { width: COLUMNS * 3, height: rows * 3 });
    const context = canvas.getContext('2d', { willReadFrequently: true });

    window.ages = [];
    const look = () => {
        context.drawImage(video, 0, 0, canvas.width, canvas.height);
        let word = 0;
        for (let bit = BITS + CHECK - 1; bit >= 0; bit--)
            word = word * 2 + (context.getImageData((bit % COLUMNS) * 3 + 1, Math.floor(bit / COLUMNS) * 3 + 1, 1, 1).data[1] > 127 ? 1 : 0);
        const shown = Math.floor(word / 2 ** CHECK);
        if (shown % 13 === word % 2 ** CHECK)
            window.ages.push((Date.now() - shown + 2 ** BITS) % 2 ** BITS);
        video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
}, { selector, BITS, CHECK, COLUMNS });

export const ages = (page) => page.evaluate(() => window.ages.splice(0));

/** The value below which a share of them lies. */
export const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
