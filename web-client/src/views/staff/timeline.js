/** The timeline of the running visit: check points as spans, stills as ticks, pauses hatched; drag to look back. */

import { html, nothing, svg } from '../../base/html.js';
import { checkpointNumber } from '../../base/item.js';
import { clockTime, duration } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { timelineOf } from '../../state/timeline.js';
import { serverNowMs } from '../../state/visit.js';

/** @import { RoomState } from '../../../types/staff.js' */
/** @import { RoomActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */

const WIDTH = 1000;
/* The last stretch belongs to "live": nobody hits the very end with a finger. */
const LIVE_PLACE = 0.985;

/** @param {PointerEvent} event @returns {number} 0 to 1 */
function placeOf(event) {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width)));
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function timelineView(state, words, actions) {
    const { t } = words;
    const { room, item, skewMs } = state.visit;
    const since = room?.recording?.since;
    if (!room || !since)
        return nothing;
    const startMs = since / 1000;
    const nowMs = serverNowMs(state.visit);
    const length = Math.max(1000, nowMs - startMs);
    const { spans, points } = timelineOf({ marks: room.marks, stills: room.stills, startMs, nowMs });
    const rewound = state.playback.mode === 'rewind';
    const at = rewound ? Math.min(1, Math.max(0, (state.playback.atMs - startMs) / length)) : 1;
    const go = (/** @type {PointerEvent} */ event) => {
        const place = placeOf(event);
        return place > LIVE_PLACE ? actions.goLive() : actions.rewindTo(startMs + place * length);
    };
    const word = rewound ? clockTime(state.playback.atMs + (skewMs ?? 0)) : t('room.live');
    return html`<div class="timeline">
        <span class="tabular soft">${clockTime(startMs + (skewMs ?? 0)).slice(0, 5)}</span>
        <svg class="track" viewBox="0 0 ${WIDTH} 40" preserveAspectRatio="none" role="slider" tabindex="0" aria-label=${t('room.timeline')}
            aria-valuemin="0" aria-valuemax=${Math.round(length / 1000)} aria-valuenow=${Math.round(at * length / 1000)} aria-valuetext=${word}
            @pointerdown=${(/** @type {PointerEvent} */ event) => { /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId); go(event); }}
            @pointermove=${(/** @type {PointerEvent} */ event) => { if (event.buttons & 1) go(event); }}>
            ${svg`<defs><pattern id="hatch" width="10" height="10" patternUnits="userSpaceOnUse"><path d="M0 10 10 0" stroke="#f0f4fa" stroke-width="2"></path></pattern></defs>
            <rect class="rail" y="14" width=${WIDTH} height="12" rx="4"></rect>
            ${spans.map((span) => svg`<rect class=${span.kind} x=${span.from * WIDTH} y="10" width=${Math.max(3, (span.to - span.from) * WIDTH)} height="20" rx="3">
                <title>${span.checkpoint ? `${checkpointNumber(item, span.checkpoint)}` : t('room.paused')}</title></rect>`)}
            ${points.map((point) => svg`<rect class="still" x=${point.at * WIDTH - 2} y="3" width="4" height="34"><title>${t('room.still')}</title></rect>`)}
            <rect class="cursor" x=${Math.min(WIDTH - 6, at * WIDTH - 3)} y="0" width="6" height="40" rx="2"></rect>`}
        </svg>
        <span class="tabular soft">${duration(length)}</span>
        <button class="button small ${rewound ? 'main' : ''}" type="button" ?disabled=${!rewound} aria-keyshortcuts="L" @click=${actions.goLive}>${icon('radio')}<span>${t('room.live')}</span><kbd>L</kbd></button>
    </div>`;
}
