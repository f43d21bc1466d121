/** Identifiers made by a page: UUID version 7 (RFC 9562, section 5.7), as the server takes them. @param {number} nowMs @param {Uint8Array} random 10 bytes */
export function uuid7(nowMs, random) {
    const time = nowMs.toString(16).padStart(12, '0').slice(-12);
    const bytes = [...random.slice(0, 10)];
    bytes[0] = 0x70 | (Number(bytes[0]) & 0x0f);
    bytes[2] = 0x80 | (Number(bytes[2]) & 0x3f);
    const rest = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`;
}
