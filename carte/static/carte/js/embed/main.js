// @ts-check
/** What the scripts that folium writes count on: `L`, and our own verbs in `chaine`. */

// @ts-expect-error styles, bundled beside the script
import "leaflet/dist/leaflet.css";
// @ts-expect-error
import "../../css/parts/embed.css";
import { whole as L } from "../leaflet.js";
import { dress as frame, text } from "./frame.js";
import { layer, sizesByZoom } from "./layer.js";
import { awaitPlace, keepList } from "./list.js";

/** @param {import("leaflet").Map} map @param {import("./frame.js").Dress} options */
function dress(map, options) {
	frame(map, options);
	sizesByZoom(map);
}

/** Give each area of a choropleth a card with its name and value, as text. @param {import("leaflet").GeoJSON} areas */
function name(areas) {
	areas.bindPopup((area) => {
		const { properties } = /** @type {any} */ (area).feature;
		const box = document.createElement("div");
		box.className = "embed__card";
		const title = document.createElement("strong");
		title.textContent = properties.name;
		const value = document.createElement("span");
		value.textContent = properties.value || text("nothing");
		box.append(title, value);
		return box;
	});
}

/** Name the button of the list of layers, which Leaflet names in English. @param {import("leaflet").Control.Layers} control */
function list(control) {
	const button = control.getContainer()?.querySelector("a");
	button?.setAttribute("title", text("layers"));
	button?.setAttribute("aria-label", text("layers"));
}

Object.assign(globalThis, { L, chaine: { dress, layer, list, name } });

const words = /** @type {HTMLElement | null} */ (document.querySelector(".embed__list[data-live]"));
if (words) keepList(words);

const absent = /** @type {HTMLElement | null} */ (document.querySelector("[data-absent]"));
if (absent) awaitPlace(absent);
