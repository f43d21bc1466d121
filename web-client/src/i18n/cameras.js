/** Words about fixed cameras, for the inspectors' room alone. */

/** @import { Language } from '../../types/base.js' */

const zh = {
    'title': '固定摄像头',
    'open': '摄像头',
    'none': '现场装有固定摄像头时,可以在这里接入,作为第二路现场画面,并一同录制。',
    'name': '名称',
    'name.example': '例如:后厨',
    'url': '摄像头地址(RTSP)',
    'url.hint': '例如 rtsp://用户名:密码@10.20.0.7:554/…。密码只用于连接,不会显示,也不写入日志和录像台账。',
    'add': '添加摄像头',
    'adding': '正在添加…',
    'remove': '移除',
    'remove.label': '移除摄像头“{name}”',
    'enlarge': '放大“{name}”的画面',
    'shrink': '改为看申请人的画面',
    'side': '并排显示',
    'stacked': '主次显示',
    'short.lost': '没有画面',
    'phone.waits': '{name}也在等候,接入后成为另一路现场画面。',
    'state.phone-away': '这部手机断开了,正在等它回来。',
    'state.phone-paused': '这部手机暂时没有画面。',
    'state.live': '正常',
    'state.connecting': '正在连接…',
    'state.unreachable': '连接不上,正在重试。请检查摄像头是否通电、地址是否正确。',
    'state.unauthorized': '用户名或密码不对。请移除后重新添加。',
    'state.not-found': '摄像头上没有这一路视频,请检查地址。',
    'state.no-h264': '摄像头没有提供H.264视频,请在摄像头设置中改为H.264。',
    'state.silent': '摄像头没有画面送来,正在重新连接。',
    'state.ended': '摄像头断开了,正在重新连接。',
    'state.stream': '摄像头的视频无法读取,正在重试。',
    'state.unknown-host': '找不到这个地址。请移除后重新添加。',
    'state.network': '摄像头不在允许的网络范围内。请联系管理员。',
};

/** @type {typeof zh} */
const en = {
    'title': 'Fixed cameras',
    'open': 'Cameras',
    'none': 'Where the site has a fixed camera it can join here as a second picture of the site; it is recorded with the visit.',
    'name': 'Name',
    'name.example': 'for example: kitchen',
    'url': 'Address of the camera (RTSP)',
    'url.hint': 'For example rtsp://user:password@10.20.0.7:554/… The password is used to connect; it is not shown, logged or recorded.',
    'add': 'Add camera',
    'adding': 'Adding…',
    'remove': 'Remove',
    'remove.label': 'Remove camera “{name}”',
    'enlarge': 'Enlarge the picture of “{name}”',
    'shrink': 'Back to the applicant’s picture',
    'side': 'Side by side',
    'stacked': 'One large',
    'short.lost': 'No picture',
    'phone.waits': '{name} waits, too; admitted, that phone is another picture of the site.',
    'state.phone-away': 'This phone has lost its connection; waiting for it to come back.',
    'state.phone-paused': 'This phone sends no picture at the moment.',
    'state.live': 'Live',
    'state.connecting': 'Connecting…',
    'state.unreachable': 'Not reachable; trying again. Check that it has power and that the address is right.',
    'state.unauthorized': 'User or password is wrong. Remove it and add it again.',
    'state.not-found': 'The camera has no such stream; check the address.',
    'state.no-h264': 'The camera sends no H.264 video; choose H.264 in its settings.',
    'state.silent': 'The camera sends no picture; connecting again.',
    'state.ended': 'The camera went away; connecting again.',
    'state.stream': 'The camera’s video cannot be read; trying again.',
    'state.unknown-host': 'There is no such address. Remove it and add it again.',
    'state.network': 'The camera is not in a network that is allowed. Ask the administrator.',
};

/** @typedef {keyof typeof zh} CameraKey */

export const cameraCatalogues = { zh, en };

/** @param {Language} language @returns {(key: CameraKey, params?: Record<string, string>) => string} */
export const cameraWords = (language) => (key, params) => cameraCatalogues[language][key].replace(/\{(\w+)\}/g, (whole, name) => params?.[name] ?? whole);

/** The sentence for a camera's state. @param {{ state: string, reason: string | null }} camera @returns {CameraKey} */
export function cameraStateKey({ state, reason }) {
    const key = /** @type {CameraKey} */ (`state.${state === 'lost' ? reason ?? 'unreachable' : state}`);
    return key in zh ? key : 'state.unreachable';
}

/** Two words for a small picture; the sentence stands in the large one and in the list. @param {{ state: string }} camera @returns {CameraKey} */
export const cameraShortKey = ({ state }) => (state === 'lost' ? 'short.lost' : state === 'connecting' ? 'state.connecting' : 'state.live');
