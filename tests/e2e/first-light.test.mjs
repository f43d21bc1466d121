// The whole inspection, from the invitation to a verified recording found again by its check point.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchBrowser, officeCamera, pictureOf, walkthroughCamera } from '../support/browser.mjs';
import { Applicant, Inspector, assertNoFaults } from '../support/journey.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

test('one whole inspection', () => withStack({}, async (stack) => {
    const [phone, desks] = await Promise.all([launchBrowser({ camera: walkthroughCamera() }), launchBrowser({ camera: officeCamera() })]);
    try {
        const { case: opened, visit, link } = await stack.openVisit();
        const applicant = await Applicant.arrive(phone);
        const zhang = await Inspector.arrive(desks, 'zhangwei');
        const liu = await Inspector.arrive(desks, 'liujing');

        await Promise.all([zhang, liu].map((inspector) => inspector.signIn(stack.url)));
        await zhang.photograph('desk-nobody');
        const openedAt = Date.now();
        await applicant.open(link);
        await applicant.photograph('applicant-1-welcome');
        await applicant.agree();
        await applicant.check();
        await applicant.photograph('applicant-2-check');
        await applicant.wait();
        await applicant.photograph('applicant-3-waiting');
        await Promise.all([zhang.seesWaiting(opened.case_number), liu.seesWaiting(opened.case_number)]);
        await zhang.photograph('desk-waiting');

        await zhang.openRoom(opened.case_number);
        await liu.openRoom(opened.case_number);
        await zhang.photograph('room-waiting');
        await zhang.admitInRoom();
        await until('the first decoded frame', async () => (await zhang.media()).frames > 0, { everyMs: 20 });
        console.log(`from the invitation to the first decoded frame: ${((Date.now() - openedAt) / 1000).toFixed(1)} s`);
        await applicant.inVisit();
        await Promise.all([applicant, zhang, liu].map((one) => one.seesAndHears({ videos: 2, sounds: 2 })));
        await zhang.seesRecording();
        assert.ok((await pictureOf(zhang.page, 'video.live')).deviation > 15, 'the site is a picture, not a plain colour');

        await zhang.startCheckpoint(1);
        await applicant.seesGuide('门头与地址核对');
        await applicant.photograph('applicant-4-visit');
        await zhang.photograph('room-checkpoint');
        await zhang.judge(1, 'conform', '门头、门牌号与申请一致');
        await zhang.endCheckpoint(1);
        await liu.startCheckpoint(5);
        await applicant.seesGuide('餐用具清洗消毒与保洁');
        await liu.takeStill();
        await liu.judge(5, 'mostly', '保洁柜请贴标识');
        await liu.photograph('room-still');
        await liu.rewind(0.3);
        await liu.photograph('room-rewind');
        await liu.backToLive();
        await liu.endCheckpoint(5);
        await zhang.endVisit('现场符合要求');
        await applicant.seesTheEnd();
        await applicant.photograph('applicant-5-end');
        await zhang.photograph('room-ended');
        const admin = await stack.signIn('admin');
        const ended = await until('everything is in the ledger', async () => {
            const now = await admin.ask('GET', `/api/visits/${visit.id}`);
            return now.state === 'ended' && now.pending === 0 ? now : null;
        });
        assert.equal(stack.verify(stack.folderOf(ended.recording)).verdict, 'intact');
        assert.deepEqual(ended.findings.map(({ checkpoint, result, note }) => [checkpoint, result, note]).sort(), [
            ['MKT-01-01', 'conform', '门头、门牌号与申请一致'], ['MKT-01-05', 'mostly', '保洁柜请贴标识']]);

        await zhang.findInReview(stack.url, opened.case_number);
        assert.equal(await zhang.verdict(), 'intact');
        const { json: index } = await admin.request('GET', `/api/recordings/${ended.recording}/index`);
        assert.deepEqual(index.gaps, [], 'a visit that ends in order has no gap');
        const mark = ended.marks.find((candidate) => candidate.kind === 'checkpoint-start' && candidate.checkpoint === 'MKT-01-05');
        const fragment = index.fragments.find((candidate) => candidate.at + candidate.duration_ms * 1000 > mark.at);
        const position = await zhang.playCheckpoint('MKT-01-05');
        assert.ok(Math.abs(position - fragment.t_ms / 1000) < 6, `plays at ${position} s what was shown at ${fragment.t_ms} ms`);
        assert.ok((await pictureOf(zhang.page, '[data-test="player"]')).deviation > 15);
        await zhang.photograph('review');
        await liu.findInReview(stack.url, '王芳', opened.case_number);
        const archive = join(stack.dir, 'export.zip');
        await zhang.downloadExport(archive);
        assert.equal(stack.verify(archive).verdict, 'intact');
        assertNoFaults(applicant, zhang, liu);
    } finally {
        await Promise.all([phone.close(), desks.close()]);
    }
}));
