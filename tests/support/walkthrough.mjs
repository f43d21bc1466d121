// The applicant's camera in tests and in the demo: a walk through a drawn restaurant with captions, a running clock and a
// spoken track. Drawn as one long SVG panorama; ffmpeg moves the camera over it. Chromium plays MJPEG captures at 30/s.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { desk, panorama } from './walkthrough-drawing.mjs';

const FRAMES_PER_SECOND = 30;
const SCENE_WIDTH = 1280;
const HEIGHT = 720;
/** Room above and below for the hand that holds the phone. */
const SWAY = 24;
const FONT = '/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc';

export const SCENES = [
    { name: 'front', caption: '店门外:门头与门牌号', speech: '您好,这里是芳姐小厨,阳明北路十八号,这是我们的门头和门牌。' },
    { name: 'hall', caption: '大堂:证照公示', speech: '现在走进大堂,营业执照挂在墙上。' },
    { name: 'sinks', caption: '粗加工间:三个清洗水池', speech: '这是荤菜、素菜、水产三个水池,上水下水都正常。' },
    { name: 'stove', caption: '烹饪区:灶台与排油烟', speech: '这里是灶台和排油烟罩。' },
    { name: 'cabinet', caption: '餐用具:消毒柜与保洁柜', speech: '这是消毒柜,正在工作,旁边是带门的保洁柜。' },
    { name: 'fridge', caption: '冷藏冷冻与废弃物', speech: '冰箱冷藏四度,冷冻零下十八度,垃圾桶带盖。' },
];

/** Where the left edge of the picture is at time t: it rests on a scene, then walks to the next; the loop walks back. */
function cameraPath(dwell, walk) {
    let expression = '0';
    for (let i = SCENES.length - 1; i >= 0; i--) {
        const from = i * (dwell + walk);
        const step = i + 1 < SCENES.length ? 1 : -(SCENES.length - 1);
        const part = `clip((t-${from + dwell})/${walk},0,1)`;
        const moved = `(${i}+${step}*${part}*${part}*(3-2*${part}))*${SCENE_WIDTH}`;
        expression = i === SCENES.length - 1 ? moved : `if(lt(t,${from + dwell + walk}),${moved},${expression})`;
    }
    return expression;
}

function captions(dir, dwell, walk, scale) {
    const box = `fontfile=${FONT}:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=${Math.round(10 * scale)}`;
    const clock = `drawtext=${box}:fontsize=${Math.round(30 * scale)}:x=w-tw-${Math.round(24 * scale)}:y=${Math.round(24 * scale)}:text='%{pts\\:hms}'`;
    const lines = SCENES.map((scene, i) => {
        const from = i * (dwell + walk);
        const file = join(dir, `caption-${i}.txt`); // as a file: a caption needs no quoting for ffmpeg's filter language
        writeFileSync(file, scene.caption);
        return `drawtext=${box}:fontsize=${Math.round(38 * scale)}:x=(w-tw)/2:y=h-${Math.round(90 * scale)}:expansion=none:textfile=${file}`
            + `:enable='between(t,${from},${from + dwell + walk})'`;
    });
    return [clock, ...lines].join(',');
}

function makeVideo(dir, file, { width, height, dwell, walk }) {
    const svg = join(dir, 'panorama.svg');
    writeFileSync(svg, panorama(SCENE_WIDTH, HEIGHT + 2 * SWAY, SCENES.map((scene) => scene.name)));
    const png = join(dir, 'panorama.png');
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', svg, png]);
    const seconds = SCENES.length * (dwell + walk);
    const crop = `crop=${SCENE_WIDTH}:${HEIGHT}:x='max(0,${cameraPath(dwell, walk)}+6*sin(t*1.7))':y='${SWAY}+${SWAY / 2}*sin(t*1.1)+5*sin(t*4.3)'`;
    // The panorama is decoded and converted once and then repeated: only the small picture is worked on for each frame.
    const filters = [`format=yuvj420p,loop=-1:1:0,setpts=N/${FRAMES_PER_SECOND}/TB`, crop, `scale=${width}:${height}:flags=fast_bilinear`,
        captions(dir, dwell, walk, width / SCENE_WIDTH), 'noise=alls=4:allf=t,format=yuvj420p'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-framerate', String(FRAMES_PER_SECOND), '-i', png, '-vf', filters.join(','), '-t', String(seconds),
        '-c:v', 'mjpeg', '-q:v', '5', '-f', 'mjpeg', file]);
}

function makeSpeech(dir, file, { dwell, walk }) {
    const seconds = dwell + walk;
    const pieces = SCENES.map((scene, i) => {
        const piece = join(dir, `speech-${i}.wav`);
        execFileSync('espeak-ng', ['-v', 'cmn', '-s', '190', '-w', piece, scene.speech]);
        return piece;
    });
    const inputs = pieces.flatMap((piece) => ['-i', piece]);
    // A kitchen is never silent: a faint hum keeps the track alive between the sentences.
    const padded = pieces.map((_, i) => `[${i}]aresample=48000,apad=whole_dur=${seconds},atrim=0:${seconds}[s${i}]`).join(';');
    const joined = pieces.map((_, i) => `[s${i}]`).join('');
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, '-filter_complex',
        `${padded};${joined}concat=n=${pieces.length}:v=0:a=1[speech];anoisesrc=color=brown:amplitude=0.02:r=48000:d=${seconds * pieces.length}[hum];`
        + '[speech][hum]amix=inputs=2:normalize=0', '-ac', '1', '-ar', '48000', '-c:a', 'pcm_s16le', file]);
}

/** Makes files once: `make(dir)` fills a folder whose name depends on its inputs; a folder that is not finished is made again. */
function cached(cache, name, inputs, make) {
    const sources = ['walkthrough.mjs', 'walkthrough-drawing.mjs'].map((file) => readFileSync(new URL(file, import.meta.url)));
    const key = createHash('sha256').update(JSON.stringify(inputs)).update(Buffer.concat(sources)).digest('hex').slice(0, 12);
    const dir = join(cache, `${name}-${key}`);

    if (!existsSync(join(dir, 'finished'))) {
        mkdirSync(dir, { recursive: true });
        make(dir);
        writeFileSync(join(dir, 'finished'), '');
    }
    return { video: join(dir, 'camera.mjpeg'), audio: join(dir, 'microphone.wav') };
}

/** The applicant's walk for Chromium's fake capture device. `dwell` and `walk`: seconds at a scene and to the next. */
export function walkthrough(cache, { width = 1280, height = 720, dwell = 6, walk = 2 } = {}) {
    const options = { width, height, dwell, walk };
    const files = cached(cache, 'walkthrough', options, (dir) => {
        makeVideo(dir, join(dir, 'camera.mjpeg'), options);
        makeSpeech(dir, join(dir, 'microphone.wav'), options);
    });
    return { ...files, sceneSeconds: dwell + walk };
}

/** An inspector at a desk, who says what to show next. */
export function deskCamera(cache, { width = 480, height = 360, seconds = 12 } = {}) {
    return cached(cache, 'desk', { width, height, seconds }, (dir) => {
        writeFileSync(join(dir, 'desk.svg'), desk(width, height));
        execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(dir, 'desk.svg'), join(dir, 'desk.png')]);
        execFileSync('ffmpeg', ['-v', 'error', '-y', '-framerate', String(FRAMES_PER_SECOND), '-i', join(dir, 'desk.png'),
            '-vf', `format=yuvj420p,loop=-1:1:0,setpts=N/${FRAMES_PER_SECOND}/TB,crop=${width - 16}:${height - 12}:x='8+4*sin(t*1.3)':y='6+3*sin(t*0.9)',scale=${width}:${height},noise=alls=3:allf=t`,
            '-t', String(seconds), '-c:v', 'mjpeg', '-q:v', '5', '-f', 'mjpeg', join(dir, 'camera.mjpeg')]);
        execFileSync('espeak-ng', ['-v', 'cmn+f3', '-s', '170', '-w', join(dir, 'speech.wav'), '您好,我是审批局的踏勘人员。请先拍门头和门牌号,然后慢慢走进店里。']);
        execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(dir, 'speech.wav'), '-af', `aresample=48000,apad=whole_dur=${seconds},atrim=0:${seconds}`,
            '-ac', '1', '-c:a', 'pcm_s16le', join(dir, 'microphone.wav')]);
    });
}
