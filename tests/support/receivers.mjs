// What is on the other side of the courier: a webhook receiver that checks signatures, and a mail server that keeps what it is given. On loopback.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';

/** `requests`: {headers, body, valid} in order of arrival. `status` is what it answers; `secret` must be set before signatures are valid. */
export async function hookReceiver() {
    const receiver = { requests: [], status: 204, secret: '' };
    const server = http.createServer((request, response) => {
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = request.headers;
            const mac = createHmac('sha256', Buffer.from(receiver.secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${seconds}.${text}`).digest('base64');
            receiver.requests.push({ headers: request.headers, body: JSON.parse(text), valid: signature === `v1,${mac}`, status: receiver.status });
            response.writeHead(receiver.status).end();
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    receiver.url = `http://127.0.0.1:${server.address().port}/hook`;
    receiver.close = () => new Promise((resolve) => server.close(resolve));
    receiver.taken = () => receiver.requests.filter((request) => request.status < 300);
    return receiver;
}

/** RFC 5321, as far as one mail needs it. `mails`: {from, to, text}, the text decoded. */
export async function mailServer() {
    const mails = [];
    const server = net.createServer((socket) => {
        let pending = '';
        let data = null;
        let mail = {};
        socket.on('error', () => {});
        socket.write('220 test\r\n');
        socket.on('data', (chunk) => {
            pending += chunk.toString('latin1');
            for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
                const line = pending.slice(0, end);
                pending = pending.slice(end + 2);
                if (data !== null) {
                    if (line === '.') {
                        const [head, body] = data.split(/\r\n\r\n/);
                        mails.push({ ...mail, head, text: Buffer.from(body.replace(/\s/g, ''), 'base64').toString('utf8') });
                        data = null;
                        socket.write('250 kept\r\n');
                    } else {
                        data += `${line}\r\n`;
                    }
                } else if (/^MAIL FROM:<(.*)>/i.test(line)) {
                    mail = { from: /<(.*?)>/.exec(line)[1] };
                    socket.write('250 ok\r\n');
                } else if (/^RCPT TO:/i.test(line)) {
                    mail.to = /<(.*?)>/.exec(line)[1];
                    socket.write('250 ok\r\n');
                } else if (/^DATA/i.test(line)) {
                    data = '';
                    socket.write('354 go on\r\n');
                } else if (/^QUIT/i.test(line)) {
                    socket.end('221 bye\r\n');
                } else {
                    socket.write('250 test\r\n');
                }
            }
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.ok(server.address().port);
    return { mails, url: `smtp://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}
