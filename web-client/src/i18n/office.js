/**
 * Words of the office page and of the pages that come with it. One file per subject, put together here.
 */

import { catalogueWords } from './office-catalogue.js';

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
    ...catalogueWords.zh,
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
    ...catalogueWords.en,
};

export const catalogues = { zh, en };

/** @typedef {keyof typeof zh} OfficeKey */
/** @typedef {(key: OfficeKey, params?: Record<string, string | number>) => string} OfficeTranslate */

/** @param {Language} language @returns {OfficeTranslate} */
export function officeTranslator(language) {
    const words = catalogues[language];
    return (key, params) => words[key].replace(/\{(\w+)\}/g, (whole, name) => String(params?.[name] ?? whole));
}
