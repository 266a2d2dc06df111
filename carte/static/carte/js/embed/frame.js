// @ts-check
/** What stands around the layers of a map: panes, buttons with words, attribution, one line of news. */

import { Control, control, DomUtil } from "../leaflet.js";
import { basemap } from "../map/basemap.js";
import { townNames } from "../map/names.js";

// Half of what is drawn for a place, in pixels: near, and far.
const SIGN = 14;
const DOT = 5;
// Between a place and what is nearest to it, and of a side at most so much, on small maps.
const GAP = 8;
const MOST = 1 / 4;

/** @type {Record<string, string>} */
let words = {};

/** A text of the page, in its language. @param {string} name */
export const text = (name) => words[name] ?? "";

/** @typedef {{bounds?: [number, number, number, number] | null, texts: Record<string, string>, base?: any}} Dress */

/** Prepare a map that folium made: where it opens, its panes, its controls. @param {import("leaflet").Map} map @param {Dress} options */
export function dress(map, { bounds, texts, base }) {
	words = texts;
	map.createPane("ground").style.zIndex = "250";
	map.attributionControl.setPrefix(false);
	map.attributionControl.addAttribution(escaped(text("attribution")));
	if (base) map.attributionControl.addAttribution(base.attribution);
	// On a phone the attribution takes the whole width below.
	const scale = control.scale({ imperial: false, position: "topleft" }).addTo(map);
	const zoom = control
		.zoom({ position: "bottomright", zoomInTitle: text("zoom_in"), zoomOutTitle: text("zoom_out") })
		.addTo(map);
	if (document.fullscreenEnabled) map.addControl(new WholeScreen({ position: "bottomright" }));
	map.getContainer().addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup());
	// What is said below takes room from it.
	new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
	if (bounds) {
		const [west, south, east, north] = bounds;
		map.fitBounds(
			[
				[south, west],
				[north, east],
			],
			{
				paddingTopLeft: room(map, null, scale),
				paddingBottomRight: room(map, zoom, map.attributionControl),
				animate: false,
			},
		);
	}
	if (!base) return;
	// Once the map is where it opens: no tile of elsewhere.
	basemap({ ...base, towns: [] }).addTo(map);
	nameTowns(map, base.towns);
}

/**
 * The room for signs in two directions, beside what stands over the map there.
 * @param {import("leaflet").Map} map
 * @param {import("leaflet").Control | null} across
 * @param {import("leaflet").Control} along
 * @returns {[number, number]}
 */
function room(map, across, along) {
	const size = map.getSize();
	const [wide, high] = [across?.getContainer()?.offsetWidth ?? 0, along.getContainer()?.offsetHeight ?? 0];
	return [Math.min(wide + SIGN + 2 * GAP, size.x * MOST), Math.min(high + SIGN + 2 * GAP, size.y * MOST)];
}

/** The names of towns on each map. @type {WeakMap<import("leaflet").Map, import("leaflet").LayerGroup>} */
const named = new WeakMap();

/** Write the names of these towns, largest first, in place of those that a map has. @param {import("leaflet").Map} map @param {import("../map/names.js").Town[]} towns */
export function nameTowns(map, towns) {
	named.get(map)?.remove();
	const radius = () => (map.getContainer().classList.contains("embed--far") ? DOT : SIGN);
	named.set(map, townNames(towns, () => signsOn(map), radius).addTo(map));
}

/** Where signs stand. @param {import("leaflet").Map} map */
function signsOn(map) {
	/** @type {import("leaflet").LatLng[]} */
	const spots = [];
	map.eachLayer((/** @type {any} */ each) => {
		if (each.options.icon?.options.className === "embed__sign") spots.push(each.getLatLng());
	});
	return spots;
}

/** Leaflet writes attributions as HTML. @param {string} plain */
function escaped(plain) {
	const holder = document.createElement("span");
	holder.textContent = plain;
	return holder.innerHTML;
}

/** @type {WeakMap<import("leaflet").Map, Map<string, string>>} */
const news = new WeakMap();

/** Put one line about a layer into the page's status, or take it away. @param {import("leaflet").Map} map @param {string} id @param {string} line */
export function say(map, id, line) {
	const lines = news.get(map) ?? new Map();
	news.set(map, lines);
	if (line) lines.set(id, line);
	else lines.delete(id);
	const place = document.querySelector("[data-map-status]");
	if (place) place.textContent = [...new Set(lines.values())].join(" ");
}

/** A button that fills the screen with the map. */
class WholeScreen extends Control {
	/** @param {import("leaflet").Map} map */
	onAdd(map) {
		const bar = DomUtil.create("div", "leaflet-bar");
		const button = DomUtil.create("button", "embed__whole", bar);
		button.type = "button";
		button.title = text("whole_screen");
		button.setAttribute("aria-label", text("whole_screen"));
		button.append(corners());
		button.addEventListener("click", (event) => {
			event.stopPropagation();
			if (document.fullscreenElement) document.exitFullscreen();
			else map.getContainer().requestFullscreen();
		});
		return bar;
	}
}

/** Four corners: the sign of a whole screen. */
function corners() {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
	for (const [name, value] of Object.entries({
		viewBox: "0 0 24 24",
		fill: "none",
		stroke: "currentColor",
		"stroke-width": "2",
		"aria-hidden": "true",
	}))
		svg.setAttribute(name, value);
	path.setAttribute("d", "M8 3H3v5M16 3h5v5M8 21H3v-5M16 21h5v-5");
	svg.append(path);
	return svg;
}
