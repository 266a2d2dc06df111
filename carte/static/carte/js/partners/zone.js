// @ts-check
// A zone on a map: what is shown, or two corners; always the same four numbers as in the field.
import { divIcon, latLngBounds, rectangle } from "../leaflet.js";

/**
 * West, south, east, north with three decimals: about a hundred metres.
 * @param {import("leaflet").LatLngBounds} area
 */
export function bboxOf(area) {
	return [area.getWest(), area.getSouth(), area.getEast(), area.getNorth()]
		.map((number) => Number(number.toFixed(3)))
		.join(",");
}

/** The sign of a place in the answer. */
export function pin() {
	const face = document.createElement("span");
	face.className = "partners__pin";
	return divIcon({ className: "", iconSize: [14, 14], html: face });
}

/**
 * @param {import("leaflet").Map} map
 * @param {HTMLElement} place
 * @param {Record<string, string>} words
 * @param {string} bbox
 * @param {(bbox: string) => void} chosen
 */
export function zone(map, place, words, bbox, chosen) {
	const numbers = bbox.split(",").map(Number);
	if (numbers.length === 4 && numbers.every(Number.isFinite)) {
		const [west, south, east, north] = numbers;
		rectangle(
			[
				[south, west],
				[north, east],
			],
			{ color: "#1b5e86", weight: 3, fill: false, interactive: false },
		).addTo(map);
	}
	const bar = document.createElement("p");
	bar.className = "actions";
	const told = document.createElement("span");
	told.setAttribute("role", "status");
	/** @param {string} text @param {() => void} act */
	const button = (text, act) => {
		const made = document.createElement("button");
		made.type = "button";
		made.className = "button button--plain";
		made.textContent = text;
		made.addEventListener("click", act);
		bar.append(made);
	};
	button(words.view, () => chosen(bboxOf(map.getBounds())));
	button(words.draw, () => {
		told.textContent = words.corner;
		map.once("click", (first) => {
			told.textContent = words.opposite;
			map.once("click", (second) => chosen(bboxOf(latLngBounds(first.latlng, second.latlng))));
		});
	});
	if (bbox) button(words.everywhere, () => chosen(""));
	bar.append(told);
	place.append(bar);
}
