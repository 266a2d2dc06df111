// @ts-check
// How long to wait before coming back. Pure: no page, no network.

const FIRST_MS = 4_000;
const LONGEST_MS = 300_000;
const FULL_MS = 30_000;

/**
 * Milliseconds before the next attempt: twice as long after each failure, at least half a minute when the server
 * refused (all places taken), and up to half as much again by chance, so that maps do not come back together.
 * @param {number} failures attempts in a row without a message
 * @param {boolean} refused
 * @param {number} chance from 0 to 1
 */
export function pause(failures, refused, chance) {
	const plain = Math.min(FIRST_MS * 2 ** Math.max(failures - 1, 0), LONGEST_MS);
	return Math.round((refused ? Math.max(plain, FULL_MS) : plain) * (1 + chance / 2));
}

/**
 * Whether two boxes (west, south, east, north) meet; what has no box may be anywhere.
 * @param {number[] | null | undefined} one
 * @param {number[]} other
 */
export function meets(one, other) {
	if (!one) return true;
	return one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];
}
