/**
 * Microphone level, 0 to 1, for the bar that shows the applicant that she is heard.
 */

/** From root mean square to a bar: speech at arm's length fills about half. @param {Float32Array<ArrayBuffer>} samples */
export function levelOf(samples) {
    let sum = 0;
    for (const sample of samples)
        sum += sample * sample;
    const rms = Math.sqrt(sum / Math.max(1, samples.length));
    const decibel = 20 * Math.log10(Math.max(rms, 1e-6));
    return Math.min(1, Math.max(0, (decibel + 60) / 48));
}

/**
 * @param {MediaStreamTrack} track
 * @returns {{ read(): number, close(): void }}
 */
export function createLevelMeter(track) {
    const Context = window.AudioContext;
    if (!Context)
        return { read: () => 0, close: () => {} };
    const context = new Context();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    void context.resume();
    /* Some browsers start sound only in a gesture. */
    const wake = () => void context.resume();
    document.addEventListener('pointerdown', wake);
    return {
        read() {
            analyser.getFloatTimeDomainData(samples);
            return levelOf(samples);
        },
        close() {
            document.removeEventListener('pointerdown', wake);
            void context.close();
        },
    };
}
