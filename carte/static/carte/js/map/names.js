// @ts-check
// Names of towns, by falling population, beside the signs: one that would cover another, or be cut by the frame, is left out.
import { divIcon, layerGroup, marker } from "../leaflet.js";

const NAME_HEIGHT = 20;
const SIGN = 24; // half a sign with its count, in pixels
const SHIFTS = [0, 32, -32];

/** @typedef {[name: string, lon: number, lat: number]} Town */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

/**
 * A layer of names that follows the map.
 * @param {Town[]} towns largest first
 * @param {() => import("leaflet").LatLngExpression[]} covered where signs stand
 * @param {() => number} radius of what a sign covers, in pixels
 */
export function townNames(towns, covered = () => [], radius = () => SIGN) {
	const names = layerGroup();
	const write = () => place(names, towns, covered(), radius());
	names.on("add", () => {
		// @ts-ignore private but stable in 1.9
		names._map.on("moveend signs", write);
		write();
	});
	names.on("remove", () => {
		// @ts-ignore
		names._map.off("moveend signs", write);
	});
	return names;
}

/**
 * @param {import("leaflet").LayerGroup} names
 * @param {Town[]} towns
 * @param {import("leaflet").LatLngExpression[]} covered
 * @param {number} radius
 */
function place(names, towns, covered, radius) {
	names.clearLayers();
	// @ts-ignore
	const map = names._map;
	const view = map.getBounds().pad(0.1);
	const measure = widths(map.getContainer());
	const taken = covered.map((spot) => {
		const { x, y } = map.latLngToLayerPoint(spot);
		return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
	});
	const corners = [map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(map.getSize())];
	for (const [name, lon, lat] of towns) {
		if (!view.contains([lat, lon])) continue;
		const { x, y } = map.latLngToLayerPoint([lat, lon]);
		const half = measure(name) / 2 + 4;
		const around = (/** @type {number} */ shift) => ({
			left: x - half,
			right: x + half,
			top: y + shift - NAME_HEIGHT / 2,
			bottom: y + shift + NAME_HEIGHT / 2,
		});
		const fits = (/** @type {Box} */ box) =>
			!taken.some((other) => meet(other, box)) && !corners.some((corner) => cuts(corner, box));
		const shift = SHIFTS.find((each) => fits(around(each)));
		if (shift === undefined) continue;
		taken.push(around(shift));
		marker([lat, lon], {
			icon: divIcon({ className: "", iconSize: [0, 0], iconAnchor: [0, -shift], html: label(name) }),
			interactive: false,
			keyboard: false,
			zIndexOffset: -1000,
		}).addTo(names);
	}
}

/** @param {string} name */
function label(name) {
	const made = document.createElement("span");
	made.className = "town";
	made.textContent = name;
	return made;
}

/**
 * @param {Box} one
 * @param {Box} other
 */
function meet(one, other) {
	return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/**
 * Whether an edge of the map goes through a name.
 * @param {import("leaflet").Point} corner
 * @param {Box} box
 */
function cuts({ x, y }, box) {
	return (box.left < x && x < box.right) || (box.top < y && y < box.bottom);
}

/**
 * How wide a name is in pixels, in the type that this page gives to `.town`.
 * @param {HTMLElement} container
 * @returns {(name: string) => number}
 */
function widths(container) {
	const context = document.createElement("canvas").getContext("2d");
	if (!context) return (name) => name.length * 9;
	const sample = label("");
	container.append(sample);
	const { fontWeight, fontSize, fontFamily } = getComputedStyle(sample);
	sample.remove();
	context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
	return (name) => context.measureText(name).width;
}
