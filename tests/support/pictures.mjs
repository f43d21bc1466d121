// Real JPEG pictures for tests, with EXIF as phones write it.
import { execFileSync } from 'node:child_process';

/** @returns {Buffer} a JPEG of a test pattern; `orientation` (1…8) is written as EXIF. */
export function picture({ width = 640, height = 480, orientation = 0, hue = 0 } = {}) {
    const jpeg = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `testsrc=size=${width}x${height}:rate=1,hue=h=${hue}`, '-frames:v', '1', '-f', 'mjpeg', '-q:v', '3', '-'],
        { maxBuffer: 64 << 20 });
    return orientation ? Buffer.concat([jpeg.subarray(0, 2), exif(orientation), jpeg.subarray(2)]) : jpeg;
}

/** The APP1 segment of CIPA DC-008 with a single tag. */
function exif(orientation) {
    const tiff = Buffer.alloc(26);
    tiff.write('MM\0*', 0, 'latin1');
    tiff.writeUInt32BE(8, 4);
    tiff.writeUInt16BE(1, 8);
    tiff.writeUInt16BE(0x0112, 10);
    tiff.writeUInt16BE(3, 12);
    tiff.writeUInt32BE(1, 14);
    tiff.writeUInt16BE(orientation, 18);
    const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
}
