// A case by the book in real browsers: check points judged, the conclusion refused until the law is satisfied, the record read, signed with a finger, signed by both inspectors.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchBrowser, officeCamera, walkthroughCamera } from '../support/browser.mjs';
import { Applicant, Inspector, assertNoFaults } from '../support/journey.mjs';
import { countersign, mark, writeName } from '../support/record-steps.mjs';
import { build, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

test('an inspection from the check list to the signed record', () => withStack({}, async (stack) => {
    const [phone, desks] = await Promise.all([launchBrowser({ camera: walkthroughCamera() }), launchBrowser({ camera: officeCamera() })]);
    try {
        const { case: opened, visit, link } = await stack.openVisit();
        const applicant = await Applicant.arrive(phone, { shots: 'inspection' });
        const zhang = await Inspector.arrive(desks, 'zhangwei', { shots: 'inspection' });
        const liu = await Inspector.arrive(desks, 'liujing', { lang: 'en-US', shots: 'inspection-en' });

        for (const { page } of [applicant, zhang, liu])
            page.setDefaultTimeout(90_000); // three browsers and three daemons on two busy cores
        await applicant.come(link);
        await zhang.signIn(stack.url);
        await zhang.openRoom(opened.case_number);
        await zhang.admitInRoom();
        await applicant.inVisit();
        await zhang.seesRecording();

        // Alone, and with an open check list, nobody concludes; what is missing is named.
        await mark(zhang, 1, 'conform');
        await zhang.hook('conclude').click();
        await zhang.page.locator('.decision.passed').click();
        await zhang.hook('conclude-go').click();
        await zhang.page.getByRole('alert').filter({ hasText: '检查人员不足' }).waitFor();
        await liu.signIn(stack.url);
        await liu.openRoom(opened.case_number);
        await zhang.page.locator('.readiness li.good').first().waitFor();
        await zhang.hook('conclude-go').click();
        await zhang.hook('conclusion-points').filter({ hasText: '餐用具清洗消毒与保洁' }).waitFor();
        await zhang.photograph('conclusion-refused');
        await zhang.page.keyboard.press('Escape');
        for (const number of [2, 3, 4, 6, 7, 8, 9])
            await mark(zhang, number, 'conform');
        await liu.startCheckpoint(5);
        await liu.takeStill();
        await liu.judge(5, 'mostly', '保洁柜没有标识');

        await zhang.hook('conclude').click();
        await zhang.page.locator('.decision.rectify').click();
        await zhang.page.locator('#days').fill('5');
        await zhang.page.locator('#remark').fill('保洁柜贴标识后上传照片');
        await zhang.hook('conclude-go').click();
        await zhang.hook('conclusion-sign').waitFor();

        // The phone shows the record while its camera goes on; a dot is no signature.
        await applicant.page.locator('[data-test="record-sheet"]').getByText('保洁柜没有标识').waitFor();
        await applicant.photograph('record');
        await applicant.page.locator('[data-test="record-sign"]').click();
        await applicant.page.locator('[data-test="record-sign-go"]').click();
        await applicant.page.locator('.record-sheet .notice.attention').waitFor();
        await writeName(applicant.page);
        await applicant.page.locator('#record-comment').fill('同意整改');
        await applicant.photograph('record-signed');
        await applicant.page.locator('[data-test="record-sign-go"]').click();
        await applicant.page.locator('[data-test="record-done"]').waitFor();

        await zhang.page.locator('[data-test="signatures"] li.signed', { hasText: '同意整改' }).waitFor();
        await countersign(zhang);
        await liu.hook('conclude').click();
        await liu.hook('conclusion-sign').waitFor();
        await liu.photograph('sign');
        await countersign(liu);
        await zhang.hook('record-made').waitFor({ timeout: 90_000 });
        await zhang.photograph('record-made');

        // The document as pages, to be looked at by people.
        const admin = await stack.signIn('admin');
        const { bytes } = await admin.request('GET', `/api/visits/${visit.id}/records/latest/pdf`);
        const folder = join(build, 'screenshots');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'record.pdf'), bytes);
        execFileSync('pdftoppm', ['-r', '60', '-png', join(folder, 'record.pdf'), join(folder, 'record-page')]);
        const text = execFileSync('pdftotext', ['-layout', join(folder, 'record.pdf'), '-'], { encoding: 'utf8' });
        assert.match(text, /同意整改/);

        await zhang.page.keyboard.press('Escape');
        await zhang.endVisit();
        await applicant.seesTheEnd();
        const ended = await until('the decision', async () => {
            const now = await admin.ask('GET', `/api/visits/${visit.id}`);
            return now.state === 'ended' && now.pending === 0 ? now : null;
        });
        assert.equal(ended.decision, 'rectify');
        assert.equal(stack.verify(stack.folderOf(ended.recording)).verdict, 'intact');
        /* The two conclusions that the law refused: the browser names every 409 on its console. */
        const refused = zhang.faults.filter((fault) => /status of 409 .*\/records$/.test(fault));
        assert.equal(refused.length, 2);
        assertNoFaults(applicant, { name: zhang.name, faults: zhang.faults.filter((fault) => !refused.includes(fault)) }, liu);
    } finally {
        await Promise.all([phone.close(), desks.close()]);
    }
}));
