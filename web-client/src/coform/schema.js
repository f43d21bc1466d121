/**
 * A form as data (docs/co-form.md, section 1): which fields are asked for now, and what is wrong with their values. The same rules as
 * lib/coform/form-schema.c and form-view.c; the server decides, this page only says it sooner.
 */

import { isBankCard, isCreditCode, isIdentityNumber, isPhone } from './check-digits.js';
import { lengthOf } from './text-op.js';

/** @import { FormDefinition, FormField, FormValue, LayoutField, JsonSchema } from '../../types/coform.js' */
/** @typedef {{ value: (path: string) => FormValue | undefined, rows: (group: string) => string[] }} Reader */

/** @type {Record<string, [(text: string) => boolean, string]>} */
const formats = {
    'cn-identity': [isIdentityNumber, 'identity'], 'cn-uscc': [isCreditCode, 'credit-code'],
    'cn-phone': [isPhone, 'phone'], 'cn-bank-card': [isBankCard, 'bank-card'],
};

/** @param {JsonSchema} property @returns {FormField['kind']} */
function kindOf(property) {
    if (property.enum)
        return 'choice';
    if (property.type === 'boolean')
        return 'flag';
    if (property.type === 'array')
        return property.items?.type === 'object' ? 'group' : 'files';
    return property.format === 'date' ? 'date' : 'text';
}

/** @param {JsonSchema} schema @param {string} name */
const isNeeded = (schema, name) => Boolean(schema.required?.includes(name) || schema.allOf?.some((rule) => rule.then?.required?.includes(name)));

/** @param {LayoutField} layout @param {JsonSchema} object @param {string} section @param {FormField | null} group @returns {FormField} */
function fieldOf(layout, object, section, group) {
    const property = /** @type {JsonSchema} */ (object.properties?.[layout.field]);
    const kind = kindOf(property);
    const numeric = property.type === 'number' || property.type === 'integer';
    const array = kind === 'group' || kind === 'files';
    /** @type {FormField} */
    const field = {
        name: layout.field, group, section, kind, layout, numeric, needed: isNeeded(object, layout.field), sensitive: layout.sensitive === true,
        minimum: property.minimum ?? -Infinity, maximum: property.maximum ?? Infinity,
        minCount: (array ? property.minItems : property.minLength) ?? 0,
        maxCount: (array ? property.maxItems : property.maxLength) ?? (kind === 'group' ? 30 : kind === 'files' ? 12 : numeric ? 20 : 200),
        format: kind === 'text' ? property.format ?? null : null,
        pattern: property.pattern ? new RegExp(property.pattern, 'u') : null,
        options: /** @type {string[]} */ (property.enum ?? []), fields: [],
    };
    if (kind === 'group')
        field.fields = (layout.fields ?? []).map((inner) => fieldOf(inner, /** @type {JsonSchema} */ (property.items), section, field));
    return field;
}

/** The sections with their fields. @param {FormDefinition} form */
export function sectionsOf(form) {
    return form.layout.map((section) => ({ ...section, list: section.fields.map((layout) => fieldOf(layout, form.schema, section.section, null)) }));
}

/** @typedef {ReturnType<typeof sectionsOf>} Sections */

/** @param {FormField} field @param {string | null} row */
export const pathOf = (field, row) => (field.group ? `${field.group.name}/${row}/${field.name}` : field.name);

/** @param {Sections} sections @param {string} path @returns {FormField | null} */
export function fieldAt(sections, path) {
    const [head, , inner] = path.split('/');
    for (const section of sections) {
        const field = section.list.find((candidate) => candidate.name === head);
        if (field)
            return inner === undefined ? field : field.fields.find((candidate) => candidate.name === inner) ?? null;
    }
    return null;
}

/** @param {FormField} field @param {string | null} row @param {Reader} reader */
function conditionHolds(field, row, reader) {
    const { when } = field.layout;
    if (!when)
        return true;
    const own = field.group?.fields.some((sibling) => sibling.name === when.field);
    const value = reader.value(row && own ? `${field.group?.name}/${row}/${when.field}` : when.field);
    return when.is.some((wanted) => (value === undefined ? wanted === false : wanted === value));
}

/** Is the field asked for now? @param {FormField} field @param {string | null} row @param {Reader} reader */
export const asks = (field, row, reader) => (!field.group || conditionHolds(field.group, null, reader)) && conditionHolds(field, row, reader);

/** Every field that is asked for, in the order of the form. @param {Sections} sections @param {Reader} reader */
export function asked(sections, reader) {
    /** @type {{ field: FormField, row: string | null, path: string }[]} */
    const list = [];
    for (const section of sections) {
        for (const field of section.list) {
            if (!asks(field, null, reader))
                continue;
            list.push({ field, row: null, path: field.name });
            for (const inner of field.fields) {
                for (const row of reader.rows(field.name)) {
                    if (asks(inner, row, reader))
                        list.push({ field: inner, row, path: pathOf(inner, row) });
                }
            }
        }
    }
    return list;
}

/** @param {FormField} field @param {string} text */
function textFault(field, text) {
    const trimmed = text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '');
    if (trimmed === '')
        return field.needed ? 'needed' : null;
    if (lengthOf(trimmed) < field.minCount)
        return 'too-short';
    if (field.pattern && !field.pattern.test(trimmed))
        return 'pattern';
    if (field.numeric) {
        if (!/^[0-9]+(\.[0-9]*)?$/.test(trimmed))
            return 'number';
        if (Number(trimmed) < field.minimum || Number(trimmed) > field.maximum)
            return 'range';
    }
    const format = field.format ? formats[field.format] : undefined;
    return format && !format[0](trimmed) ? format[1] : null;
}

/** What is wrong with a value: a word of docs/co-form.md, section 4; null when it is good. @param {FormField} field @param {FormValue | undefined} value @param {number} rows */
export function faultOf(field, value, rows = 0) {
    switch (field.kind) {
    case 'text':
        return textFault(field, typeof value === 'string' ? value : '');
    case 'flag':
        return field.needed && value !== true ? 'needed' : null;
    case 'files':
        return field.needed && !(Array.isArray(value) && value.length > 0) ? 'needed' : null;
    case 'group':
        return rows < Math.max(field.minCount, field.needed ? 1 : 0) ? 'rows' : null;
    default:
        return field.needed && typeof value !== 'string' ? 'needed' : null;
    }
}

/** @param {Sections} sections @param {Reader} reader @returns {{ path: string, fault: string }[]} */
export function faultsOf(sections, reader) {
    return asked(sections, reader).flatMap(({ field, path }) => {
        const fault = faultOf(field, reader.value(path), field.kind === 'group' ? reader.rows(field.name).length : 0);
        return fault ? [{ path, fault }] : [];
    });
}
