// @ts-check
// The map's place in the URL fragment: #zoom/latitude/longitude.

/**
 * @param {string} hash
 * @returns {{zoom: number, lat: number, lon: number} | null}
 */
export function readAddress(hash) {
	const found = /^#(\d{1,2}(?:\.\d{1,2})?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(hash);
	if (!found) return null;
	const [zoom, lat, lon] = found.slice(1).map(Number);
	return zoom <= 18 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

/**
 * @param {number} zoom
 * @param {number} lat
 * @param {number} lon
 */
export function writeAddress(zoom, lat, lon) {
	return `#${Number(zoom.toFixed(2))}/${lat.toFixed(4)}/${lon.toFixed(4)}`;
}
