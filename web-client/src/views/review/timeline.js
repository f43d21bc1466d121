/**
 * The player with its timeline: check points as numbered spans, gaps hatched, stills as ticks; a range input moves through it, so that
 * keyboard and screen reader have it too.
 */

import { html, nothing, ref, repeat } from '../../base/html.js';
import { clockTime } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { RATES, gapLengthMs, percent, sideCameras, siteDamages, siteGaps, stripShown, voicesShown, wallClockAt } from '../../review/model.js';
import { comparisonPanel } from './compare.js';
import { gapReason, lengthInWords, place } from './words.js';

/** @import { CheckpointRow, ReviewState } from '../../../types/review.js' */
/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

/* At 1440 px as wide as they are high; on a phone every second one is left out by the style sheet. */
const STRIP_ROOM = 12;

/** @param {ReviewState} state @param {Pick<ReviewWords, 'r'>} words @param {ReviewActions} actions */
const strip = (state, { r }, actions) => {
    const { derived } = state;
    if (derived?.state === 'making')
        return html`<p class="making soft" role="status" data-test="strip-making">${icon('loader-circle', 'spin')}<span class="tabular">${r('strip.making', { n: derived.percent })}</span></p>`;
    const shown = stripShown(state, STRIP_ROOM);
    return shown.length === 0 ? nothing : html`
        <div class="strip" data-test="strip">${shown.map((one) => html`
            <button type="button" tabindex="-1" aria-label=${r('strip.play', { time: place(one.t_ms) })} @click=${() => actions.playFrom(one.t_ms)}>
                <img src="/api/recordings/${state.visit?.recording}/derived/t-${String(one.n).padStart(4, '0')}.jpg" alt="" loading="lazy"></button>`)}</div>`;
};

/** @param {ReviewState} state @param {number} total @param {Pick<ReviewWords, 'r'>} words */
const voices = (state, total, { r }) => voicesShown(state).map(({ name, spans }) => html`
    <div class="voice" data-test="voice" role="img" aria-label=${r('voice.label', { name, n: spans.length })}>
        <span class="voice-name" lang="zh-CN">${icon('mic')}${name}</span>
        ${spans.map(([from, to]) => html`<i .style=${`left:${percent(from, total)}%;width:${Math.max(0.15, percent(to, total) - percent(from, total))}%`}></i>`)}
    </div>`);

/** @param {ReviewState} state @param {CheckpointRow[]} rows @param {ReviewWords} words @param {ReviewActions} actions */
const track = (state, rows, { r }, actions) => {
    const total = state.index?.duration_ms ?? 0;
    const spans = rows.flatMap((row) => row.spans.map((span) => ({ row, span })));
    return html`
        <div class="timeline">
            ${strip(state, { r }, actions)}
            <div class="lane">
                ${spans.map(({ row, span }) => html`
                    <button type="button" class="mark ${row.result ?? 'none'} ${row.current ? 'current' : ''}" data-test="mark" data-code=${row.code}
                        .style=${`left:${percent(span.fromMs, total)}%;width:${Math.max(0, percent(span.toMs, total) - percent(span.fromMs, total))}%`}
                        title="${row.number} ${row.title}" aria-label="${row.number} ${row.title}, ${r('checkpoint.play', { time: place(span.fromMs) })}"
                        @click=${() => actions.playFrom(span.fromMs)}>${row.number}</button>`)}
                ${(state.index?.stills ?? []).map((still) => html`<span class="still-tick" .style=${`left:${percent(still.t_ms, total)}%`}></span>`)}
                ${siteDamages(state.index).map((damage) => {
                    const text = r('timeline.damage', { length: lengthInWords(gapLengthMs(damage) ?? Math.max(0, total - damage.from_ms), r) });
                    return html`<span class="damage" data-test="damage" role="img" title=${text} aria-label=${text} .style=${`left:${percent(damage.from_ms, total)}%;width:${
                        percent(damage.to_ms ?? total, total) - percent(damage.from_ms, total)}%`}></span>`;
                })}
                ${siteGaps(state.index).map((gap) => {
                    const length = gapLengthMs(gap);
                    const text = length === null ? r('timeline.gap.open', { reason: gapReason(gap.reason, r) })
                        : r('timeline.gap', { length: lengthInWords(length, r), reason: gapReason(gap.reason, r) });
                    return html`<span class="gap" data-test="gap" data-reason=${gap.reason} role="img" title=${text} aria-label=${text} .style=${`left:${percent(gap.from_ms, total)}%`}></span>`;
                })}
            </div>
            ${voices(state, total, { r })}
            <input class="scrub" type="range" min="0" max=${Math.max(1, Math.round(total))} step="100" aria-label=${r('timeline.label')}
                aria-valuetext="${place(state.positionMs)} / ${place(total)}" .value=${String(Math.round(state.positionMs))}
                @input=${(/** @type {Event} */ event) => actions.step(Number(/** @type {HTMLInputElement} */ (event.target).value) - state.positionMs)}>
        </div>`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const controls = (state, { r, now }, actions) => {
    const runs = state.status !== null && state.status.state !== 'ended';
    const wall = wallClockAt(state.index, state.positionMs, runs);
    return html`
        <div class="controls">
            <button type="button" class="button small" aria-label=${r('player.back')} @click=${() => actions.step(-5000)}>${icon('rotate-ccw')}<span>5</span></button>
            <button type="button" class="button small main" data-test="play" @click=${actions.toggle}>${icon(state.playing ? 'pause' : 'play')}
                <span>${r(state.playing ? 'player.pause' : 'player.play')}</span></button>
            <button type="button" class="button small quiet" data-test="frame-back" aria-label="−1 ${r('player.frame.back')}" title=${r('player.frame.back')} @click=${() => actions.frame(-1)}>−1</button>
            <button type="button" class="button small quiet" data-test="frame-forward" aria-label="+1 ${r('player.frame.forward')}" title=${r('player.frame.forward')} @click=${() => actions.frame(1)}>+1</button>
            <span class="tabular times">${place(state.positionMs)} / ${place(state.index?.duration_ms ?? 0)}</span>
            ${wall === null ? nothing : html`<span class="tabular soft wall" data-test="wall-clock">${r('player.at', { time: clockTime(wall) })}</span>`}
            ${runs ? html`<button type="button" class="button small ${state.live ? 'on' : ''}" data-test="live" aria-pressed=${state.live} @click=${actions.live}>${icon('radio')}<span>${r(state.live ? 'player.live.on' : 'player.live')}</span></button>
                ${wall === null ? nothing : html`<span class="tabular soft" data-test="behind">${r('player.behind', { length: lengthInWords(Math.max(0, now() - wall), r) })}</span>`}` : nothing}
            <label class="rate"><span class="visually-hidden">${r('player.rate')}</span>
                <select @change=${(/** @type {Event} */ event) => actions.rate(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
                    ${RATES.map((value) => html`<option value=${value} ?selected=${value === state.rate}>${value}×</option>`)}
                </select></label>
            ${sideCameras(state).length === 0 ? nothing : html`<button type="button" class="button small" data-test="side-by-side" aria-pressed=${state.sideBySide}
                @click=${() => actions.sideBySide(!state.sideBySide)}>${icon('columns-2')}<span>${r('camera.side')}</span></button>`}
            <button type="button" class="button small quiet" data-test="keys" aria-label=${r('keys.title')} title=${r('keys.title')} @click=${() => actions.help(true)}>${icon('keyboard')}<span>?</span></button>
        </div>`;
};

/** @param {ReviewState} state @param {ReviewWords} words */
const interruptions = (state, { r }) => {
    const gaps = siteGaps(state.index);
    if (!state.index)
        return nothing;
    const damages = siteDamages(state.index);
    const damaged = damages.length === 0 ? nothing : html`<p class="soft gaps-none" data-test="damages">${icon('triangle-alert')}<span>${r('timeline.damages',
        { n: damages.length, length: lengthInWords(damages.reduce((sum, damage) => sum + (gapLengthMs(damage) ?? 0), 0), r) })}</span></p>`;
    if (gaps.length === 0 && damages.length > 0)
        return damaged;
    if (gaps.length === 0)
        return html`<p class="soft gaps-none">${icon('circle-check')}<span>${r('timeline.gaps.none')}</span></p>`;
    return html`
        <details class="gaps"><summary>${icon('triangle-alert')}<span>${r('timeline.gaps', { n: gaps.length })}</span></summary>
            <ul>${gaps.map((gap) => {
                const length = gapLengthMs(gap);
                return html`<li><span class="tabular">${clockTime(gap.from / 1000)}${gap.to === null ? '' : `–${clockTime(gap.to / 1000)}`}</span>
                    ${length === null ? r('timeline.gap.open', { reason: gapReason(gap.reason, r) })
                        : r('timeline.gap', { length: lengthInWords(length, r), reason: gapReason(gap.reason, r) })}</li>`;
            })}</ul></details>${damaged}`;
};

/** Other pictures of the same moments. @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const cameras = (state, { r }, actions) => (state.reason !== 'given' || !state.sideBySide ? nothing : html`
    ${repeat(sideCameras(state), (camera) => camera.track, (camera) => html`
        <figure class="picture side" data-test="camera" data-track=${camera.track}>
            <video playsinline muted tabindex="-1" aria-label=${r('camera.label', { name: camera.name })} ${ref(actions.cameraElement(camera.track))} @click=${actions.toggle}></video>
            ${camera.absent ? html`<p class="no-camera" role="status">${icon('video-off')}<span>${r('camera.absent')}</span></p>` : nothing}
            <figcaption lang="zh-CN">${icon(camera.fixed ? 'cctv' : 'smartphone')}<span>${camera.name}</span></figcaption>
        </figure>`)}`);

/** @param {ReviewState} state @param {CheckpointRow[]} rows @param {ReviewWords} words @param {ReviewActions} actions */
export const playerPanel = (state, rows, words, actions) => {
    const { r } = words;
    const current = rows.find((row) => row.current);
    const others = sideCameras(state).length;
    return html`
        <div class="player">
            <div class="pictures ${others > 0 && state.sideBySide ? `of${others + 1}` : ''}"><div class="picture">
                <video data-test="player" playsinline tabindex="-1" aria-label=${r('player.label')} ${ref(actions.attach)} @click=${actions.toggle}></video>
                ${state.user ? html`<span class="watermark" aria-hidden="true">${r('watermark', { name: state.user.name, time: clockTime(words.now()) })}</span>` : nothing}
                ${current ? html`<span class="caption"><b>${current.number}</b> ${current.title}</span>` : nothing}
            </div>${cameras(state, words, actions)}</div>
            ${comparisonPanel(state, rows, words, actions)}
            ${track(state, rows, words, actions)}
            ${controls(state, words, actions)}
            ${interruptions(state, words)}
        </div>`;
};
