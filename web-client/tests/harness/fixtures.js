// Messages as the server would send them, for the harness and the reducers' tests.
export const NOW = Date.UTC(2026, 10, 23, 6, 3, 21);
const us = (ms) => ms * 1000;

export const item = { code: 'MKT-01', version: 1, name_zh: '食品经营许可(餐饮服务)', name_en: 'Food Business Licence (Catering Services)',
    checkpoints: [
        ['门头与地址核对', 'Frontage and address check', '请站在店门外，将门头招牌、门牌号和左右相邻建筑一并拍入画面，停留3秒；不要关闭摄像头，直接走进室内。', 'Stand outside the shop and frame the sign, the door number and the neighbouring buildings together for 3 seconds; keep the camera running and walk in.', 'video'],
        ['选址与污染源距离', 'Siting and distance from pollution sources', '请在店外缓慢转一圈，拍摄垃圾房、旱厕、污水池等；如附近有，请用卷尺或地图测距并将读数对准镜头。', 'Turn slowly once outside and show any refuse room, dry toilet or sewage pit.', 'measure'],
        ['功能布局与平面图一致性', 'Layout against the submitted floor plan', '请按“进料—粗加工—切配—烹饪—备餐—餐具回收”的顺序走一遍。', 'Walk the route goods-in, preparation, cutting, cooking, plating, dish return.', 'video'],
        ['食品原料清洗水池', 'Raw-ingredient washing sinks', '请拍摄各类原料清洗水池及用途标识，并打开水龙头。', 'Photograph the sinks with their labels; turn on the tap.', 'photo'],
        ['餐用具清洗消毒与保洁', 'Tableware washing, disinfection and clean storage', '请拍摄餐用具专用水池、通电工作的消毒柜和带门的保洁柜。', 'Photograph the dedicated dish sink, the disinfection cabinet switched on, and the closed clean-storage cabinet.', 'photo'],
        ['烹饪区排油烟及专间设置', 'Cooking exhaust and dedicated rooms', '请拍摄灶台和排油烟罩。', 'Show the stoves and exhaust hood.', 'video'],
        ['防蝇防鼠防尘设施', 'Fly, rodent and dust protection', '请拍摄纱门纱窗、灭蝇灯、挡鼠板。', 'Photograph screens, fly lamp, rodent board.', 'photo'],
        ['冷藏冷冻设备与食品库房', 'Refrigeration and food store', '请打开冷柜拍清温度显示。', 'Open the refrigerators to show the temperature display.', 'photo'],
        ['管理制度与健康证明', 'Management rules and health certificates', '请逐张拍摄从业人员健康证明。', 'Photograph each health certificate.', 'document'],
        ['食品处理区面积复核', 'Food-handling area measurement', '请用卷尺测量食品处理区长和宽。', 'Measure the length and width.', 'measure'],
    ].map(([title_zh, title_en, guide_zh, guide_en, evidence], index) => ({ code: `MKT-01-${String(index + 1).padStart(2, '0')}`, title_zh, title_en, guide_zh, guide_en, evidence, required: index < 9, ...(index === 1 ? { measure: { unit: 'm', min: 25 } } : {}) })) };

export const visit = { id: 'V', kind: 'inspection', state: 'scheduled', case_number: 'XF-2026-000123', applicant: '阳明路小馆（王桂香）', premises: '嘉定镇阳明北路18号',
    scheduled_at: us(NOW + 12 * 60000), item_code: 'MKT-01' };

export const welcome = (more = {}) => ({ type: 'welcome', re: '1', version: 1, participant: 'A', role: 'applicant', name: '王桂香', resume: 'R', media: 'none',
    state: 'invited', consent: null, visit, item, ice_servers: [], ...more });

const member = (id, role, name, state, more = {}) => ({ id, role, name, state, audio: true, video: true, paused: false, ...more });

export const room = (more = {}) => ({ type: 'room', revision: 7, visit: { ...visit, state: 'live' },
    participants: [member('A', 'applicant', '王桂香', 'connected'), member('I1', 'inspector', '李建国', 'connected'), member('I2', 'inspector', '陈晓燕', 'connected', { video: false })],
    checkpoint: { code: 'MKT-01-05', since: us(NOW - 40000) }, findings: [], stills: [], marks: [],
    recording: { recording: 'REC', state: 'recording', since: us(NOW - 192000), sealed_at: us(NOW - 4000), alarm: null, bytes: 24_000_000 }, ...more });

export const waitingRoom = () => room({ visit: { ...visit, state: 'waiting' }, participants: [member('A', 'applicant', '王桂香', 'waiting')], checkpoint: null, recording: null });
