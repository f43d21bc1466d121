// An inspection with two inspectors, concluded and signed by everybody.
import { LiveClient } from './live-client.mjs';
import { liveVisit } from './live-visit.mjs';
import { picture } from './pictures.mjs';
import { PASSWORD } from './stack.mjs';
import { until } from './until.mjs';

const STROKES = [[50, 200, 400, 250, 700, 180], [100, 600, 500, 500, 900, 650], [500, 100, 480, 900]];

/** `nonconform`: codes that do not conform, each with a still; decision rectify, with five days. Ends the visit. */
export async function signedVisit(stack, { nonconform = ['MKT-01-05'], prepare = async () => {} } = {}) {
    const { id, applicant, inspector } = await liveVisit(stack);
    const zhang = await stack.signIn('zhangwei');
    const liuApi = await stack.signIn('liujing');
    const liu = await LiveClient.connect(liuApi);
    await liu.hello({ visit: id });
    await prepare(await zhang.ask('GET', `/api/visits/${id}`));
    const bearer = { authorization: `Bearer ${applicant.welcome.resume}` };
    for (const { code, required } of inspector.welcome.item.checkpoints) {
        if (nonconform.includes(code)) {
            await inspector.ask('checkpoint-start', { checkpoint: code });
            const { still } = await inspector.ask('still-take');
            await stack.client().ask('PUT', `/api/visits/${id}/stills/${still}`, picture(), { 'content-type': 'image/jpeg', ...bearer });
            await inspector.ask('finding', { checkpoint: code, result: 'nonconform', note: `${code} 没有标识`, revision: 0 });
        } else if (required) {
            await inspector.ask('finding', { checkpoint: code, result: 'conform', note: '', revision: 0 });
        }
    }
    const path = `/api/visits/${id}/records`;
    const { record } = await zhang.ask('POST', path, nonconform.length ? { decision: 'rectify', remark: '贴标识后报送照片', deadline_days: 5 } : { decision: 'passed', remark: '' });
    const { digest } = (await stack.client().request('GET', `${path}/latest`, undefined, bearer)).json;
    await stack.client().ask('POST', `${path}/latest/signature`, Buffer.from(JSON.stringify({ digest, words: '', strokes: STROKES })), { 'content-type': 'application/json', ...bearer });
    for (const api of [zhang, liuApi])
        await api.ask('POST', `${path}/${record.version}/countersignature`, { digest, password: PASSWORD });
    await until('the record is made', async () => (await zhang.ask('GET', path)).records.some((one) => one.pdf_sha256), { timeoutMs: 120_000 });
    await inspector.ask('visit-end', { conclusion: null });
    return { id, visit: await zhang.ask('GET', `/api/visits/${id}`) };
}
