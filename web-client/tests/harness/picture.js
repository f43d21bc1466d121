// A moving picture that stands for a camera: a shop front, or a person at a desk.
export function shopTrack(width, height) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const c = canvas.getContext('2d');
    const draw = () => {
        c.fillStyle = '#9fb3c8'; c.fillRect(0, 0, width, height * 0.35);
        c.fillStyle = '#c9b79c'; c.fillRect(0, height * 0.3, width, height * 0.5);
        c.fillStyle = '#8b1e1e'; c.fillRect(width * 0.08, height * 0.34, width * 0.84, height * 0.11);
        c.fillStyle = '#ffe9b0'; c.font = `${Math.round(width * 0.08)}px sans-serif`; c.textAlign = 'center';
        c.fillText('阳明路小馆', width / 2, height * 0.415);
        c.fillStyle = '#3b4d5e'; c.fillRect(width * 0.14, height * 0.5, width * 0.3, height * 0.24);
        c.fillStyle = '#57402b'; c.fillRect(width * 0.55, height * 0.48, width * 0.28, height * 0.32);
        c.fillStyle = '#777b7e'; c.fillRect(0, height * 0.8, width, height * 0.2);
        c.fillStyle = '#14507c'; c.fillRect(width * 0.46, height * 0.5, width * 0.07, height * 0.04);
    };
    draw();
    setInterval(draw, 200);
    return canvas.captureStream(5).getVideoTracks()[0];
}

export function deskTrack(color) {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const c = canvas.getContext('2d');
    const draw = () => {
        c.fillStyle = color; c.fillRect(0, 0, 320, 240);
        c.fillStyle = '#e5c3a3'; c.beginPath(); c.arc(160, 100, 48, 0, 7); c.fill();
        c.fillStyle = '#1f2d46'; c.beginPath(); c.ellipse(160, 240, 100, 80, 0, 0, 7); c.fill();
        c.fillStyle = '#2a2320'; c.beginPath(); c.arc(160, 84, 48, 3.1, 6.3); c.fill();
    };
    draw();
    setInterval(draw, 200);
    return canvas.captureStream(5).getVideoTracks()[0];
}
