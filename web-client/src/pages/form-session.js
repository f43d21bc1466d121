/**
 * Filling in together: what a page does with the form's document and its line. Used by the applicant's page and the helper's.
 */

import { changeRows, departing, dismissLost, editText, refused, restored, rowsOf, setValue, snapshotOf, undoLast, valueOf } from '../coform/document.js';
import { fieldAt, sectionsOf } from '../coform/schema.js';
import { charactersOf } from '../coform/text-op.js';
import { problemOf } from '../protocol/problem.js';

/** @import { CoformState, FormDefinition } from '../../types/coform.js' */
/** @import { FormActions, SharedForm, SharedFormEvent } from '../../types/help.js' */
/** @import { Clock, Storage } from '../../types/base.js' */
/** @import { Answer, ClientMessage } from '../../types/protocol.js' */

const ROW_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
/* Long enough to be found by the eye. */
const PRESSED_MS = 8000;
const UNSENT = 'yuntakan.form.unsent';

/**
 * @param {{
 *   clock: Clock, random: () => number, newId: () => string,
 *   form: () => SharedForm,
 *   dispatch: (event: SharedFormEvent) => void,
 *   ask: (message: ClientMessage) => Promise<Answer>,
 *   definition: (code: string, version: number) => Promise<FormDefinition>,
 *   failed: (error: unknown) => void,
 *   tooLong: (most: number) => void,
 *   source: () => string,
 *   speak: (text: string) => void,
 *   storage: Storage,
 *   capture: (path: string, label: string) => void,
 * }} ports `storage` is the tab's own: what has not been sent outlives a reload there, and nothing else
 */
export function createFormSession(ports) {
    const { clock } = ports;
    let sending = false;
    let asking = '';
    let told = '';
    let pressedTimer = 0;
    /** What lies in the storage, as text; null: not looked at yet. @type {string | null} */
    let stored = null;

    /** What was typed and not sent before this page was loaded anew comes back with the first document. @param {CoformState} coform */
    function restore(coform) {
        stored = ports.storage.get(UNSENT) ?? '';
        if (!stored)
            return;
        try {
            ports.dispatch({ type: 'coform', coform: restored(coform, JSON.parse(stored)) });
        } catch (error) {
            console.warn('what was kept cannot be read', error);
        }
    }

    /** @param {CoformState} coform */
    function keep(coform) {
        const snapshot = snapshotOf(coform);
        const text = snapshot ? JSON.stringify(snapshot) : '';
        if (text === stored)
            return;
        stored = text;
        if (text)
            ports.storage.set(UNSENT, text);
        else
            ports.storage.remove(UNSENT);
    }

    /** @param {CoformState} coform */
    const put = (coform) => {
        ports.dispatch({ type: 'coform', coform });
        send();
    };
    const how = () => ({ source: ports.source(), atMs: clock.now() });
    const sync = () => { ports.ask({ type: 'form-sync' }).catch(() => { /* the line broke: the next welcome asks again */ }); };

    /** Whatever may leave leaves; answers come back as changes, in order. */
    const send = () => {
        const { coform } = ports.form();
        if (!coform || sending)
            return;
        sending = true;
        const { state, patches } = departing(coform, ports.newId);
        if (state !== coform)
            ports.dispatch({ type: 'coform', coform: state });
        sending = false;
        for (const patch of patches) {
            ports.ask({ type: 'form-patch', form: coform.view.id, patch }).catch((error) => {
                const { code } = problemOf(error);
                const now = ports.form().coform;
                /* Nobody said no: the line broke, and after it the document tells what arrived. */
                if (code.startsWith('link/') || !now)
                    return;
                ports.dispatch({ type: 'coform', coform: refused(now, patch.patch, ['form/not-open', 'store/unavailable', 'message/rate'].includes(code) ? 'form/stale' : code) });
                if (['form/stale', 'form/not-open', 'store/unavailable', 'message/rate'].includes(code))
                    clock.after(code === 'form/stale' ? 0 : 500, sync);
                else
                    ports.failed(error);
                send();
            });
        }
    };

    /** @param {CoformState} coform */
    const sections = (coform) => (ports.form().definition && coform ? sectionsOf(/** @type {FormDefinition} */ (ports.form().definition)) : []);
    /** @param {(id: string) => ClientMessage} make */
    const act = (make) => {
        const { coform } = ports.form();
        if (coform)
            ports.ask(make(coform.view.id)).catch(ports.failed);
    };

    /** @type {FormActions} */
    const actions = {
        edit(path, text) {
            const { coform } = ports.form();
            const most = coform ? fieldAt(sections(coform), path)?.maxCount ?? 200 : 0;
            if (!coform)
                return;
            const characters = text.length > most ? charactersOf(text.slice(0, 2 * most + 2)) : [];
            if (characters.length > most) {
                put(editText(coform, path, characters.slice(0, most).join(''), how()));
                return ports.tooLong(most);
            }
            put(editText(coform, path, text, how()));
        },
        choose(path, value) {
            const { coform } = ports.form();
            if (coform)
                put(setValue(coform, path, value, how()));
        },
        addRow(group) {
            const { coform } = ports.form();
            const row = Array.from({ length: 8 }, () => ROW_LETTERS[Math.floor(ports.random() * ROW_LETTERS.length)]).join('');
            if (coform)
                put(changeRows(coform, group, { add: row, at: rowsOf(coform, group).length }, how()));
        },
        removeRow(group, row) {
            const { coform } = ports.form();
            if (coform)
                put(changeRows(coform, group, { remove: row }, how()));
        },
        enter(path) {
            if (told !== path)
                ports.ask({ type: 'form-point', path, kind: 'focus' }).catch(() => { told = ''; });
            told = path;
        },
        leave(path) {
            ports.dispatch({ type: 'touched', path });
        },
        show: (path, shown) => act((form) => ({ type: 'form-show', form, path, shown })),
        remark: (path, text) => act((form) => ({ type: 'form-comment', form, path, text: text.slice(0, 500) })),
        resolve: (comment) => act((form) => ({ type: 'form-comment', form, resolve: comment })),
        openRemarks: (path) => ports.dispatch({ type: 'remarks', path }),
        point(path, kind) {
            ports.ask({ type: 'form-point', path, kind }).catch(ports.failed);
        },
        confirm: (section, by) => act((form) => ({ type: 'form-confirm', form, section, how: by })),
        undo() {
            const { coform } = ports.form();
            if (coform)
                put(undoLast(coform, clock.now()));
        },
        useMine(path) {
            const { coform } = ports.form();
            const lost = coform?.lost[path];
            if (!coform || !lost)
                return;
            const free = dismissLost(coform, path);
            put(fieldAt(sections(coform), path)?.kind === 'text' ? editText(free, path, String(lost.mine ?? ''), how()) : setValue(free, path, lost.mine, how()));
        },
        dismiss(path) {
            const { coform } = ports.form();
            if (coform)
                ports.dispatch({ type: 'coform', coform: dismissLost(coform, path) });
        },
        startSigning() {
            ports.dispatch({ type: 'checked' });
            ports.dispatch({ type: 'signing', open: true });
        },
        cancelSigning: () => ports.dispatch({ type: 'signing', open: false }),
        sign(path) {
            const { coform } = ports.form();
            if (coform)
                ports.ask({ type: 'form-sign', form: coform.view.id, signature: path }).then(() => ports.dispatch({ type: 'signing', open: false }), ports.failed);
        },
        capture: ports.capture,
        dropPage(path, page) {
            const { coform } = ports.form();
            const now = coform ? valueOf(coform, path) : null;
            if (coform && Array.isArray(now))
                put(setValue(coform, path, now.filter((other) => other !== page), how()));
        },
        submit: () => act((form) => ({ type: 'form-submit', form })),
        read: ports.speak,
    };

    return {
        actions,
        /** A page was photographed for this field. @param {string} path @param {string} page */
        attach(path, page) {
            const { coform } = ports.form();
            const now = coform ? valueOf(coform, path) : null;
            if (coform)
                put(setValue(coform, path, [...(Array.isArray(now) ? now : []), page], { source: 'document', atMs: clock.now() }));
        },
        /** After every welcome. */
        sync,
        /** After every event of the page. */
        follow() {
            const { coform, definition, pressed } = ports.form();
            const wanted = coform ? `${coform.view.form}.${coform.view.version}` : '';
            if (coform && !definition && asking !== wanted) {
                asking = wanted;
                ports.definition(coform.view.form, coform.view.version).then((got) => ports.dispatch({ type: 'definition', definition: got }), (error) => {
                    asking = '';
                    ports.failed(error);
                });
            }
            if (definition)
                asking = '';
            if (pressed && pressedTimer === 0)
                pressedTimer = clock.after(PRESSED_MS, () => { pressedTimer = 0; ports.dispatch({ type: 'pressed-seen' }); });
            if (coform && stored === null)
                restore(coform);
            send();
            const now = ports.form().coform;
            if (now && stored !== null)
                keep(now);
        },
    };
}
