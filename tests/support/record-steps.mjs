// The steps from the check list to the signatures, as people take them on the pages.
import { PASSWORD } from './stack.mjs';

/** Chooses a result without a word; resolves when the server has it. */
export async function mark(inspector, number, result) {
    const point = await inspector.select(number);
    await point.locator(`.result-button.${result}`).click();
    await point.locator('.saved').getByText(inspector.words('room.saved-by')).waitFor();
}

/** Writes on the pad as a finger does. */
export async function writeName(page) {
    const box = await page.locator('[data-test="signature-pad"] svg').first().boundingBox();
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    for (const [[x0, y0], [x1, y1]] of [[[0.1, 0.3], [0.4, 0.35]], [[0.25, 0.15], [0.2, 0.85]], [[0.5, 0.2], [0.9, 0.25]], [[0.7, 0.2], [0.68, 0.8]], [[0.5, 0.8], [0.92, 0.78]]]) {
        await page.mouse.move(...at(x0, y0));
        await page.mouse.down();
        await page.mouse.move(...at((x0 + x1) / 2, (y0 + y1) / 2), { steps: 4 });
        await page.mouse.move(...at(x1, y1), { steps: 4 });
        await page.mouse.up();
    }
}

export async function countersign(inspector) {
    if (!await inspector.hook('conclusion-sign').isVisible())
        await inspector.hook('conclude').click();
    await inspector.page.locator('#sign-password').fill(PASSWORD);
    await inspector.hook('countersign').getByRole('button').click();
    await inspector.hook('countersign').waitFor({ state: 'detached' });
}
