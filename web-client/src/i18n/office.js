/**
 * Words of the office page and of the pages that come with it. One file per subject, put together here.
 */

import { afterWords } from './office-after.js';
import { catalogueWords } from './office-catalogue.js';
import { deliveryWords } from './office-deliveries.js';
import { myWords } from './office-my.js';
import { staffWords } from './office-staff.js';
import { turnWords } from './office-turns.js';

/** @import { Language } from '../../types/base.js' */

const zh = {
    'office': '工作台',
    'office.back': '踏勘安排',
    'office.done': '已完成',
    'office.loading': '正在打开…',
    'office.none': '没有内容',
    'office.save': '保存',
    'office.cancel': '取消',
    'office.delete': '删除',
    'office.download': '下载',
    'office.sections': '栏目',
    'office.not-yours': '您的身份没有这个栏目。',
    'section.catalogue': '事项库',
    'section.rectifications': '整改',
    'section.appointments': '预约',
    'section.deliveries': '通知与推送',
    'decided.passed': '通过',
    'decided.rectify': '限期整改',
    'decided.failed': '不通过',
    'decided.on-site': '转现场踏勘',
    'camera.denied': '相机打不开，请允许使用相机，或从相册选照片。',
    'section.cases': '办件',
    'section.audits': '抽查',
    'section.figures': '统计',
    'section.users': '人员',
    'section.keys': '接口密钥',
    'section.trail': '操作记录',
    'section.mine': '我的账号',
    ...afterWords.zh,
    ...catalogueWords.zh,
    ...deliveryWords.zh,
    ...myWords.zh,
    ...staffWords.zh,
    ...turnWords.zh,
};

/** @type {Record<keyof typeof zh, string>} */
const en = {
    'office': 'Office',
    'office.back': 'Visits',
    'office.done': 'Done',
    'office.loading': 'Opening…',
    'office.none': 'Nothing here',
    'office.save': 'Save',
    'office.cancel': 'Cancel',
    'office.delete': 'Delete',
    'office.download': 'Download',
    'office.sections': 'Sections',
    'office.not-yours': 'Your role does not have this section.',
    'section.catalogue': 'Catalogue',
    'section.rectifications': 'Corrections',
    'section.appointments': 'Appointments',
    'section.deliveries': 'Messages',
    'decided.passed': 'Passed',
    'decided.rectify': 'To be corrected by a deadline',
    'decided.failed': 'Not passed',
    'decided.on-site': 'Visit on site',
    'camera.denied': 'The camera does not open. Allow it, or choose pictures from the album.',
    'section.cases': 'Cases',
    'section.audits': 'Audits',
    'section.figures': 'Figures',
    'section.users': 'People',
    'section.keys': 'Keys',
    'section.trail': 'Trail',
    'section.mine': 'My account',
    ...afterWords.en,
    ...catalogueWords.en,
    ...deliveryWords.en,
    ...myWords.en,
    ...staffWords.en,
    ...turnWords.en,
};

export const catalogues = { zh, en };

/** @typedef {keyof typeof zh} OfficeKey */
/** @typedef {(key: OfficeKey, params?: Record<string, string | number>) => string} OfficeTranslate */

/** @param {Language} language @returns {OfficeTranslate} */
export function officeTranslator(language) {
    const words = catalogues[language];
    return (key, params) => words[key].replace(/\{(\w+)\}/g, (whole, name) => String(params?.[name] ?? whole));
}
