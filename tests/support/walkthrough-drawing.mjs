// The restaurant of the walk-through, drawn scene by scene as SVG. Each scene fills 1280 × 768.

const FONT = 'font-family="Noto Sans CJK SC"';
const text = (x, y, size, fill, words, extra = '') =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="middle" ${FONT} ${extra}>${words}</text>`;
const box = (x, y, w, h, fill, extra = '') => `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}" ${extra}/>`;
const plate = (x, y, w, h, words, fill = '#fff', ink = '#14213d') =>
    box(x - w / 2, y - h / 2, w, h, fill, 'rx="6" stroke="#555" stroke-width="2"') + text(x, y + h * 0.22, h * 0.62, ink, words);
const circle = (x, y, r, fill, extra = '') => `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}" ${extra}/>`;

function tiles(w, h, from, to) {
    let lines = '';
    for (let x = 0; x <= w; x += 64)
        lines += `<path d="M${x} ${from}V${to}" stroke="#c9d6dc" stroke-width="2"/>`;
    for (let y = from; y <= to; y += 48)
        lines += `<path d="M0 ${y}H${w}" stroke="#c9d6dc" stroke-width="2"/>`;
    return box(0, 0, w, from, '#f3efe6') + box(0, from, w, to - from, '#e8f0f2') + lines + box(0, to, w, h - to, '#8d8a84');
}

const drawings = {
    front(w, h) {
        const neighbour = (x, width, wall, name) =>
            box(x, 130, width, 500, wall) + box(x + 14, 160, width - 28, 70, '#5b4636') + text(x + width / 2, 210, 40, '#ffe9b0', name)
            + box(x + 30, 280, width - 60, 350, '#6f7f8c');
        return box(0, 0, w, h, '#bcd9ee') + circle(1120, 80, 44, '#fff3b0')
            + neighbour(0, 250, '#c9b79c', '老李五金') + neighbour(1040, 240, '#b9c4a8', '便民药店')
            + box(250, 90, 790, 540, '#d9a066') + box(290, 120, 710, 130, '#a4161a')
            + text(645, 215, 92, '#ffd166', '芳姐小厨', 'font-weight="bold"')
            + box(330, 290, 300, 270, '#9ad0ec', 'stroke="#704214" stroke-width="10"') + text(480, 440, 46, '#14213d', '家常小炒')
            + box(720, 280, 220, 350, '#704214') + box(735, 295, 92, 320, '#8ecae6') + box(833, 295, 92, 320, '#8ecae6')
            + plate(665, 330, 92, 130, '', '#0b5cad') + text(665, 318, 22, '#fff', '阳明北路') + text(665, 368, 44, '#fff', '18号')
            + box(0, 630, w, h - 630, '#9a9a9a') + box(0, 690, w, 10, '#e8e8e8');
    },
    hall(w, h) {
        const table = (x) => box(x - 110, 520, 220, 22, '#8b5e34') + box(x - 12, 540, 24, 130, '#6b4423')
            + box(x - 180, 560, 60, 16, '#a9714b') + box(x + 120, 560, 60, 16, '#a9714b') + circle(x, 508, 26, '#fff', 'stroke="#999"');
        return box(0, 0, w, h, '#f6ead7') + box(0, 640, w, h - 640, '#b08968') + table(250) + table(680) + table(1090)
            + box(160, 120, 300, 210, '#fffdf5', 'stroke="#a4161a" stroke-width="12"') + text(310, 190, 40, '#a4161a', '营业执照')
            + text(310, 240, 24, '#333', '芳姐小厨餐饮店') + text(310, 282, 20, '#555', '统一社会信用代码 92360722')
            + box(560, 150, 220, 150, '#fff', 'stroke="#555" stroke-width="4"') + text(670, 205, 30, '#14213d', '健康证公示') + circle(620, 255, 24, '#cfe3f5') + circle(720, 255, 24, '#cfe3f5')
            + plate(1030, 190, 440, 70, '明厨亮灶 食安封签', '#d8f3dc', '#1b4332');
    },
    sinks(w, h) {
        const sink = (x, label, colour) =>
            box(x - 150, 430, 300, 150, '#c0c7cc', 'stroke="#6c757d" stroke-width="5" rx="10"') + box(x - 120, 452, 240, 90, '#87b7d4', 'rx="8"')
            + `<path d="M${x} 452V350q0-34 34-34h34v30" fill="none" stroke="#8d99ae" stroke-width="18"/>` + box(x + 60, 346, 9, 110, '#bfe3ff')
            + plate(x, 262, 210, 66, label, colour, '#fff') + box(x - 10, 580, 20, 100, '#6c757d');
        return tiles(w, h, 160, 660) + sink(230, '荤菜水池', '#a4161a') + sink(640, '素菜水池', '#2d6a4f') + sink(1050, '水产水池', '#0b5cad');
    },
    stove(w, h) {
        const flame = (x) => `<path d="M${x - 46} 470q18-60 46-78q28 18 46 78z" fill="#4cc9f0"/><path d="M${x - 22} 470q10-34 22-46q12 12 22 46z" fill="#ffd166"/>`;
        const wok = (x) => flame(x) + `<path d="M${x - 110} 372h220q-20 70-110 70t-110-70z" fill="#343a40"/>`;
        return tiles(w, h, 160, 660)
            + `<path d="M180 90H1100L1010 250H270z" fill="#adb5bd" stroke="#6c757d" stroke-width="5"/>` + box(590, 0, 100, 92, '#adb5bd')
            + text(640, 190, 46, '#14213d', '排油烟罩') + box(200, 470, 880, 200, '#ced4da', 'stroke="#6c757d" stroke-width="5"')
            + wok(400) + wok(640) + wok(880) + circle(400, 590, 22, '#495057') + circle(640, 590, 22, '#495057') + circle(880, 590, 22, '#495057')
            + plate(1180, 330, 150, 60, '灭火毯', '#a4161a', '#fff');
    },
    cabinet(w, h) {
        const dishes = (x, y) => [0, 1, 2, 3, 4].map((i) => `<ellipse cx="${x + i * 62}" cy="${y}" rx="26" ry="34" fill="#fff" stroke="#8d99ae" stroke-width="3"/>`).join('');
        return tiles(w, h, 160, 660)
            + box(140, 150, 460, 500, '#3d5a80', 'rx="12"') + box(175, 250, 390, 370, '#98c1d9', 'rx="6"') + dishes(240, 330) + dishes(240, 430) + dishes(240, 530)
            + text(300, 215, 44, '#fff', '消毒柜') + box(420, 172, 150, 56, '#081c15', 'rx="6"') + text(495, 212, 32, '#52ff8f', '125℃') + circle(400, 200, 12, '#52ff8f')
            + box(700, 150, 440, 500, '#e9ecef', 'rx="12" stroke="#6c757d" stroke-width="5"') + box(730, 250, 185, 370, '#dee2e6', 'stroke="#adb5bd" stroke-width="4"')
            + box(925, 250, 185, 370, '#dee2e6', 'stroke="#adb5bd" stroke-width="4"') + box(896, 400, 12, 80, '#6c757d') + box(932, 400, 12, 80, '#6c757d')
            + text(920, 220, 48, '#14213d', '保洁柜');
    },
    fridge(w, h) {
        return tiles(w, h, 160, 660)
            + box(150, 110, 420, 550, '#f8f9fa', 'rx="16" stroke="#adb5bd" stroke-width="6"') + box(150, 370, 420, 8, '#adb5bd')
            + box(280, 160, 160, 60, '#081c15', 'rx="6"') + text(360, 204, 40, '#7fdbff', '4 ℃') + text(360, 280, 40, '#14213d', '冷藏')
            + box(280, 420, 160, 60, '#081c15', 'rx="6"') + text(360, 464, 40, '#7fdbff', '-18 ℃') + text(360, 545, 40, '#14213d', '冷冻')
            + box(540, 300, 14, 60, '#6c757d') + box(540, 390, 14, 60, '#6c757d')
            + `<path d="M760 440h240l-26 230h-188z" fill="#40916c"/>` + box(745, 410, 270, 34, '#2d6a4f', 'rx="10"') + text(880, 570, 40, '#fff', '餐厨垃圾')
            + box(740, 180, 300, 90, '#7b2cbf', 'rx="10"') + box(765, 205, 250, 14, '#e0aaff') + box(765, 235, 250, 14, '#e0aaff') + text(890, 320, 34, '#14213d', '灭蝇灯')
            + plate(1160, 250, 170, 64, '留样柜', '#fff');
    },
};

/** All scenes side by side, `width` each. */
export function panorama(width, height, names) {
    const scenes = names.map((name, i) => `<g transform="translate(${i * width} 0)">${drawings[name](width, height)}</g>`).join('');
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * names.length}" height="${height}">${scenes}</svg>`;
}

/** An inspector at the desk. */
export function desk(width, height) {
    const parts = box(0, 0, 480, 360, '#dfe7ef') + box(0, 0, 480, 70, '#0b5cad') + text(240, 46, 30, '#fff', '信丰县行政审批局')
        + box(40, 100, 120, 90, '#fff', 'stroke="#9fb3c8" stroke-width="4"') + text(100, 155, 26, '#14213d', '云踏勘')
        + `<path d="M120 360q0-120 120-120t120 120z" fill="#1d3557"/><path d="M205 250l35 50l35-50z" fill="#fff"/>`
        + circle(240, 180, 62, '#f1c9a5') + `<path d="M178 175q0-75 62-75t62 75q-20-40-62-40t-62 40z" fill="#2b2118"/>`
        + circle(218, 182, 6, '#222') + circle(262, 182, 6, '#222') + `<path d="M218 212q22 16 44 0" stroke="#7a4b33" stroke-width="5" fill="none"/>`
        + box(300, 300, 90, 36, '#fff', 'rx="4"') + text(345, 326, 22, '#0b5cad', '踏勘员') + box(0, 345, 480, 15, '#8b5e34');
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 480 360">${parts}</svg>`;
}
