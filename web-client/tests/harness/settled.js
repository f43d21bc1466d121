// Drawn, dialogs open, the pictures of the fakes there: two frames after the events that opened them.
const frame = () => new Promise((done) => requestAnimationFrame(done));

export async function settled() {
    await document.fonts.ready;
    await frame();
    await frame();
}
