/** /my#TOKEN — the applicant's page of a case: the appointment, corrections, and how it went. No account; the link is the key. */

import { html, render } from '../base/html.js';
import { browserStorage } from '../base/browser.js';
import { createStore } from '../base/store.js';
import { newId } from '../base/uuid.js';
import { createApi } from '../api/client.js';
import { pageLanguage } from '../i18n/index.js';
import { officeTranslator } from '../i18n/office.js';
import { ProblemError, problemOf } from '../protocol/problem.js';
import { initialMy } from '../state/my.js';
import { attachView, evaluationView } from '../views/my/after.js';
import { dayAndTime, myView } from '../views/my/index.js';

/** @import { MyActions, MyState } from '../../types/my.js' */

const QUALITY = 0.92;
const page = pageLanguage(browserStorage(() => window.localStorage));
const words = { ...page, o: officeTranslator(page.language) };
const { o, language } = words;
const token = location.hash.slice(1);
const authorization = `Bearer ${decodeURIComponent(token)}`;
const api = createApi((address, init) => fetch(address, { ...init, headers: { ...init?.headers, authorization } }));
const store = createStore((/** @type {MyState} */ state, /** @type {Partial<MyState>} */ change) => ({ ...state, ...change }), initialMy);

/** @param {() => Promise<Partial<MyState> | void>} work */
async function attempt(work) {
    if (store.state.busy)
        return;
    store.dispatch({ busy: true, problem: null, good: null });
    try {
        store.dispatch({ ...await work(), busy: false });
    } catch (error) {
        store.dispatch({ busy: false, problem: problemOf(error) });
    }
}

/** A picture of the server's as an address for <img>, which cannot send the link's token. @param {string} id @param {string} address */
async function fetchPicture(id, address) {
    if (store.state.pictures[id])
        return;
    const response = await fetch(address, { headers: { authorization } });
    if (response.ok) {
        const url = URL.createObjectURL(await response.blob());
        store.dispatch({ pictures: { ...store.state.pictures, [id]: url } });
    }
}

async function load() {
    const mine = await api.call('GET', '/api/my');
    store.dispatch({ mine });
    for (const point of mine.rectification?.points ?? []) {
        if (point.before_still)
            void fetchPicture(point.before_still, `/api/my/stills/${point.before_still}`).catch(() => {});
    }
}

function stopCamera() {
    store.state.camera?.getTracks().forEach((track) => track.stop());
    store.dispatch({ camera: null });
}

/** @param {Blob} blob */
async function upload(blob) {
    const id = newId();
    await api.call('PUT', `/api/my/pictures/${id}?checkpoint=${encodeURIComponent(store.state.answering ?? '')}`, undefined,
        { body: blob, headers: { 'content-type': 'image/jpeg' } });
    store.dispatch({ sent: [...store.state.sent, { id, url: URL.createObjectURL(blob) }] });
}

/** @type {MyActions} */
const actions = {
    enter: (visit) => void attempt(async () => location.assign((await api.call('POST', '/api/my/invitations', { visit })).path)),
    showSlots: () => void attempt(async () => ({ slots: (await api.call('GET', '/api/my/slots')).slots, chosen: null })),
    day: (day) => store.dispatch({ day, chosen: null }),
    choose: (chosen) => store.dispatch({ chosen }),
    book: () => void attempt(async () => {
        const slot = store.state.chosen;
        if (!slot)
            return {};
        try {
            await api.call('PUT', '/api/my/appointment', { rule: slot.rule, at: slot.at });
        } catch (error) {
            if (error instanceof ProblemError && error.problem.code === 'slot/taken')
                store.dispatch({ slots: (await api.call('GET', '/api/my/slots')).slots, chosen: null });
            throw error;
        }
        await load();
        return { slots: null, chosen: null, good: o('book.booked', { time: dayAndTime(slot.at, words) }) };
    }),
    cancel: () => void attempt(async () => {
        await api.call('DELETE', '/api/my/appointment');
        await load();
        return { slots: null, good: o('book.cancelled') };
    }),
    answer(checkpoint) {
        stopCamera();
        store.dispatch({ answering: checkpoint, sent: [], good: null, problem: null });
        window.scrollTo(0, 0);
    },
    openCamera: () => void attempt(async () => {
        try {
            return { camera: await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: 'environment' }, width: { ideal: 1920 }, height: { ideal: 1080 } } }) };
        } catch {
            throw new ProblemError({ code: 'client/camera', message: { zh: o('camera.denied'), en: o('camera.denied') } });
        }
    }),
    shoot: (video) => void attempt(async () => {
        const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
        canvas.getContext('2d')?.drawImage(video, 0, 0);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
        if (blob)
            await upload(blob);
    }),
    pick: (files) => void attempt(async () => {
        /* As they are: what the camera wrote into them stays. */
        for (const file of files ?? [])
            await upload(file);
    }),
    send: (text) => void attempt(async () => {
        await api.call('POST', '/api/my/answers', { checkpoint: store.state.answering, words: text, pictures: store.state.sent.map((picture) => picture.id) });
        stopCamera();
        await load();
        return { answering: null, sent: [], good: o('rect.done') };
    }),
    score: (score) => store.dispatch({ score }),
    evaluate: (visit, text) => void attempt(async () => {
        await api.call('POST', '/api/my/evaluations', { visit, score: store.state.score, words: text });
        await load();
        return { score: 0, good: o('eval.done') };
    }),
    attach: (file) => void attempt(async () => {
        await api.call('PUT', `/api/my/attachments/${newId()}?name=${encodeURIComponent(file.name)}`, undefined, { body: file, headers: { 'content-type': file.type } });
        return { good: o('attach.done', { name: file.name }) };
    }),
};

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = o('my.title');
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const draw = () => render(myView(store.state, words, actions, html`${evaluationView(store.state, words, actions)}${attachView(store.state, words, actions)}`), root);
store.subscribe(draw);
draw();
if (token)
    void attempt(load);
else
    store.dispatch({ problem: { code: 'client/no-link', message: { zh: o('my.no-link'), en: o('my.no-link') } } });
