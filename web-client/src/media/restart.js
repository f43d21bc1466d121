/**
 * An ICE restart without a new offer and answer on the wire: what goes out and comes back are fragments (RFC 8840) with the
 * new credentials; the answer that the connection has already is given to it again with those in it.
 */

/** Our side: the first line's credentials and all candidates so far; a BUNDLE group has one transport. @param {string} sdp */
export function fragmentOf(sdp) {
    const one = (/** @type {string} */ name) => new RegExp(`^a=${name}:.*$`, 'm').exec(sdp)?.[0].trim() ?? '';
    const candidates = sdp.match(/^a=candidate:.*$/gm) ?? [];
    return [one('ice-ufrag'), one('ice-pwd'), ...candidates.map((line) => line.trim())].map((line) => `${line}\r\n`).join('');
}

/** The answer with the credentials of the relay's fragment. @param {string} answer @param {string} fragment */
export function withFragment(answer, fragment) {
    return ['ice-ufrag', 'ice-pwd'].reduce((sdp, name) => {
        const line = new RegExp(`^a=${name}:.*$`, 'm').exec(fragment)?.[0].trim();
        if (!line)
            throw new Error(`no ${name} in the relay's fragment`);
        return sdp.replace(new RegExp(`^a=${name}:.*$`, 'gm'), () => line);
    }, answer.replace(/\r\n/g, '\n')).replace(/\n/g, '\r\n');
}
