// @ts-check
// What lies under the data: communes from our own tiles, names of towns by population and zoom.
import { divIcon, layerGroup, marker, tileLayer } from "../leaflet.js";
import * as brushes from "./brushes.js";
import { MvtLayer } from "./mvtlayer.js";

const NAME_HEIGHT = 20;
const SIGN = 24; // half a sign with its count, in pixels
const SHIFTS = [0, 32, -32];

/**
 * @param {any} config
 * @param {() => import("leaflet").LatLngExpression[]} covered where signs stand
 */
export function basemap(config, covered = () => []) {
	const names = layerGroup();
	const ground = new MvtLayer(config.tiles.communes, brushes.communes, {
		zIndex: 10,
		attribution: config.attribution,
	});
	const layers = [ground, names];
	if (config.plan)
		layers.splice(0, 1, tileLayer(config.plan, { zIndex: 5, attribution: config.attribution }));
	if (config.ground) layers.splice(1, 0, new MvtLayer(config.ground, brushes.ground, { zIndex: 12 }));
	const group = layerGroup(layers);
	group.on("add", () => {
		// @ts-ignore private but stable in 1.9
		const map = group._map;
		const write = () => placeNames(map, names, config.towns, covered());
		map.on("moveend signs", write);
		write();
	});
	return group;
}

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

/**
 * Names by falling population, beside the signs; a name that would cover another is left out at this zoom.
 * @param {import("leaflet").Map} map
 * @param {import("leaflet").LayerGroup} names
 * @param {[string, number, number][]} towns
 * @param {import("leaflet").LatLngExpression[]} covered
 */
function placeNames(map, names, towns, covered) {
	names.clearLayers();
	const view = map.getBounds().pad(0.1);
	const measure = widths(map.getContainer());
	const taken = covered.map((spot) => {
		const { x, y } = map.latLngToLayerPoint(spot);
		return { left: x - SIGN, right: x + SIGN, top: y - SIGN, bottom: y + SIGN };
	});
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
		const shift = SHIFTS.find((each) => !taken.some((other) => meet(other, around(each))));
		if (shift === undefined) continue;
		taken.push(around(shift));
		const label = document.createElement("span");
		label.className = "town";
		label.textContent = name;
		marker([lat, lon], {
			icon: divIcon({ className: "", iconSize: [0, 0], iconAnchor: [0, -shift], html: label }),
			interactive: false,
			keyboard: false,
			zIndexOffset: -1000,
		}).addTo(names);
	}
}

/**
 * @param {Box} one
 * @param {Box} other
 */
function meet(one, other) {
	return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/**
 * How wide a name is in pixels, in the type of `.town`.
 * @param {HTMLElement} container
 * @returns {(name: string) => number}
 */
function widths(container) {
	const context = document.createElement("canvas").getContext("2d");
	if (!context) return (name) => name.length * 9;
	context.font = `700 15px ${getComputedStyle(container).getPropertyValue("--titres")}`;
	return (name) => context.measureText(name).width;
}
