// Connectivity checks as a stranger may forge them (RFC 8489), and their frames on a TCP stream (RFC 4571).

export const USERNAME = 0x0006, MESSAGE_INTEGRITY = 0x0008, COMPREHENSION_OPTIONAL = 0x8022;

export const attribute = (type, value) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([type >> 8, type & 255, bytes.length >> 8, bytes.length & 255]), bytes, Buffer.alloc(-bytes.length & 3)]);
};

/** A binding request of these attributes. */
export function check(...attributes) {
    const body = Buffer.concat(attributes);
    const head = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
    head.writeUInt16BE(body.length, 2);
    return Buffer.concat([head, body]);
}

export const framed = (packet) => Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 255]), packet]);
