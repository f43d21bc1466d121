// A visit with an applicant admitted by an inspector, both on the WebSocket, without media.
import { LiveClient } from './live-client.mjs';

export async function liveVisit(stack) {
    const { visit, invitation } = await stack.openVisit();
    const applicant = await LiveClient.connect(stack.client());
    await applicant.hello({ invitation: decodeURIComponent(new URL(invitation.path, 'https://x').hash.slice(1)) });
    await applicant.ask('consent', { notice: '2026-01' });
    await applicant.ask('wait');
    const inspector = await LiveClient.connect(await stack.signIn('zhangwei'));
    await inspector.hello({ visit: visit.id });
    await inspector.ask('admit', { participant: applicant.welcome.participant });
    await applicant.wait('room', (seen) => seen.visit.state === 'live');
    return { id: visit.id, applicant, inspector };
}
