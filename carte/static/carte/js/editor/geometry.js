// @ts-check
// Between the text of the form and what is drawn. Pure.

const NUMBER = /[-+]?\d+(?:[.,]\d+)?/g;

/**
 * GeoJSON geometry of a text: GeoJSON, or "latitude, longitude" lines in degrees; null for anything else
 * (Lambert-93 is left to the server).
 * @param {string} text
 * @param {string} type POINT, LINESTRING or MULTIPOLYGON
 * @returns {any}
 */
export function fromText(text, type) {
	const trimmed = text.trim();
	if (trimmed.startsWith("{")) {
		try {
			const read = JSON.parse(trimmed);
			return read.type === "Feature" ? read.geometry : read;
		} catch {
			return null;
		}
	}
	const points = [];
	for (const line of trimmed.split("\n")) {
		if (!line.trim()) continue;
		const numbers = (line.match(NUMBER) ?? []).map((part) => Number(part.replace(",", ".")));
		if (numbers.length !== 2 || Math.abs(numbers[0]) > 90 || Math.abs(numbers[1]) > 180) return null;
		points.push([numbers[1], numbers[0]]);
	}
	if (type === "POINT") return points.length === 1 ? { type: "Point", coordinates: points[0] } : null;
	if (type === "LINESTRING") return points.length > 1 ? { type: "LineString", coordinates: points } : null;
	if (points.length < 3) return null;
	return { type: "Polygon", coordinates: [[...points, points[0]]] };
}

/**
 * The text of a drawn geometry: a point as people say it, anything else as GeoJSON.
 * @param {any} geometry
 */
export function toText(geometry) {
	if (geometry.type === "Point") {
		const [lon, lat] = geometry.coordinates;
		return `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
	}
	return JSON.stringify(rounded(geometry));
}

/** @param {any} geometry */
function rounded(geometry) {
	/** @param {any} part @returns {any} */
	const walk = (part) => (typeof part === "number" ? Math.round(part * 1e7) / 1e7 : part.map(walk));
	return { type: geometry.type, coordinates: walk(geometry.coordinates) };
}

/**
 * Several drawn areas as one MultiPolygon.
 * @param {any[]} geometries
 */
export function joined(geometries) {
	if (geometries.length === 1) return geometries[0];
	const parts = geometries.flatMap((each) =>
		each.type === "MultiPolygon" ? each.coordinates : [each.coordinates],
	);
	return { type: "MultiPolygon", coordinates: parts };
}
