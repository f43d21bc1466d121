/**
 * Where the phone is, once, with its accuracy; refusing is allowed.
 */

/** @import { CheckState } from '../../types/applicant.js' */
/** @import { Location } from '../../types/protocol.js' */

const LONGEST_MS = 15000;
/* A shop front is told from its neighbours within this. */
const GOOD_M = 50;

/**
 * @param {Geolocation | undefined} geolocation
 * @returns {Promise<{ state: CheckState, fix: Location | null }>}
 */
export function locate(geolocation) {
    return new Promise((resolve) => {
        if (!geolocation)
            return resolve({ state: 'unsupported', fix: null });
        return geolocation.getCurrentPosition(
            ({ coords }) => resolve({
                state: coords.accuracy <= GOOD_M ? 'good' : 'fair',
                fix: { lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy },
            }),
            (error) => resolve({ state: error.code === error.PERMISSION_DENIED ? 'refused' : 'failed', fix: null }),
            { enableHighAccuracy: true, timeout: LONGEST_MS, maximumAge: 0 });
    });
}
