/**
 * The desk's controller: signing in, the day's visits, the lobby line, new visits and invitations.
 */

import { dayBounds } from '../base/time.js';
import { createLink } from '../protocol/link.js';
import { problemOf } from '../protocol/problem.js';

/** @import { Clock, Store } from '../../types/base.js' */
/** @import { DeskEvent, DeskState } from '../../types/staff.js' */
/** @import { StaffActions } from '../../types/actions.js' */
/** @import { Link, Socket } from '../../types/protocol.js' */
/** @import { Api } from '../api/client.js' */

/* The lobby tells of waiting at once; the list of the day is asked for again after this, and after every change there. */
const REFRESH_MS = 30000;

/**
 * @param {{
 *   store: Store<DeskState, DeskEvent>, clock: Clock, random: () => number, api: Api, connect: () => Socket,
 *   language: import('../../types/base.js').Language, origin: string,
 *   copy: (text: string) => Promise<void>,
 *   enterRoom: (visit: string, admit: string | null) => void, leaveRoom: () => void,
 * }} ports
 * @returns {{ actions: StaffActions, start(): void, refresh(): void }}
 */
export function createDeskController(ports) {
    const { store, clock, api } = ports;
    /** @type {Link | null} */
    let lobby = null;

    /** @param {DeskEvent} event */
    const dispatch = (event) => store.dispatch(event);

    /** An answer of 401 anywhere means that the sign-in has run out. @param {unknown} error */
    const failed = (error) => {
        const problem = problemOf(error);
        if (problem.status === 401 && store.state.phase === 'desk')
            return signedOut();
        return dispatch({ type: 'problem', problem });
    };

    const signedOut = () => {
        lobby?.close();
        lobby = null;
        ports.leaveRoom();
        dispatch({ type: 'signed-out' });
    };

    const refresh = async () => {
        const { dayMs } = store.state;
        try {
            dispatch({ type: 'visits', dayMs, visits: await api.visits(...dayBounds(dayMs)) });
        } catch (error) {
            failed(error);
        }
    };

    const openLobby = () => {
        lobby = createLink({
            connect: ports.connect, clock, random: ports.random, hello: { lang: ports.language }, resume: null, connection: null,
            onResume: () => {},
            onEvent(event) {
                if (event.type === 'link-closed' && event.reason === 'refused')
                    return signedOut();
                dispatch({ ...event, atMs: clock.now() });
                if (event.type === 'message' && event.message.type === 'lobby')
                    void refresh();
                return undefined;
            },
        });
        lobby.start();
    };

    /** @param {import('../../types/staff.js').User} user */
    const signedIn = async (user) => {
        dispatch({ type: 'signed-in', user });
        openLobby();
        try {
            const [items, users] = await Promise.all([api.items(), api.users()]);
            dispatch({ type: 'catalogue', items, users });
        } catch (error) {
            failed(error);
        }
        await refresh();
    };

    /** @param {string} visit @param {string} applicant */
    const invite = async (visit, applicant) => {
        const { path, expires_at } = await api.invite(visit);
        dispatch({ type: 'invitation', invitation: { visit, applicant, url: ports.origin + path, expiresAtMs: expires_at / 1000, copied: false } });
    };

    return {
        refresh: () => void refresh(),
        start() {
            api.me().then(signedIn, (error) => {
                if (problemOf(error).status !== 401)
                    failed(error);
                dispatch({ type: 'signed-out' });
            });
            clock.every(1000, () => dispatch({ type: 'tick', nowMs: clock.now() }));
            clock.every(REFRESH_MS, () => {
                if (store.state.phase === 'desk' && !store.state.room)
                    void refresh();
            });
        },
        actions: {
            signIn(account, password, code) {
                dispatch({ type: 'busy', busy: true });
                api.signIn(account, password, code).then(signedIn, failed);
            },
            signOut: () => void api.signOut().then(signedOut, failed),
            openRoom(visit, admit) {
                dispatch({ type: 'room', visit });
                ports.enterRoom(visit, admit);
            },
            closeRoom() {
                ports.leaveRoom();
                dispatch({ type: 'room', visit: null });
                void refresh();
            },
            showNewVisit: (open) => dispatch({ type: 'new-visit', open }),
            createVisit(input) {
                dispatch({ type: 'new-visit-busy' });
                api.openCase({ case_number: input.number, item_code: input.item, applicant: input.applicant, premises: input.premises })
                    .then((opened) => api.scheduleVisit({ case: opened.id, scheduled_at: input.scheduledAtMs * 1000, staff: input.inspectors,
                        ...(input.observation === false ? { observation: false } : {}) }))
                    .then((visit) => invite(visit.id, input.applicant))
                    .then(refresh, (error) => dispatch({ type: 'new-visit-problem', problem: problemOf(error) }));
            },
            invite(visit) {
                dispatch({ type: 'busy', busy: true });
                invite(visit, store.state.visits?.find((entry) => entry.id === visit)?.applicant ?? '').catch(failed);
            },
            copyInvitation() {
                const { dialog } = store.state;
                if (dialog?.kind === 'invitation')
                    ports.copy(dialog.invitation.url).then(() => dispatch({ type: 'copied' }), failed);
            },
            closeInvitation: () => dispatch({ type: 'invitation', invitation: null }),
            chooseDay(dayMs) {
                dispatch({ type: 'day', dayMs });
                void refresh();
            },
            dismissNotice: () => dispatch({ type: 'problem', problem: null }),
        },
    };
}
