// @ts-check
/** A layer that fills itself: shapes, a sign for each place, a card that opens. Stored texts are set as text only. */

import { divIcon, FeatureGroup, geoJSON, layerGroup, marker } from "../leaflet.js";
import { card } from "./card.js";
import { read } from "./data.js";
import { nameTowns, say, text } from "./frame.js";
import { hear } from "./hearing.js";

const SIZE = 28;
const LINE = 3;
const CASING = 3;
const MIN_REFRESH_S = 60;
const ABOVE = 1000; // the signs of a layer stand above those of the layers before
const FAR_ZOOM = 10; // below, signs are dots: on a phone they would hide each other
const NAMED = 5;

/**
 * @typedef {{id: string, title: string, colour: string, icon: string, label: string, key?: string, page?: string,
 *   url?: string, element?: string, current?: boolean, ground?: boolean, refresh_s?: number, rank?: number}} Options
 */

let drawn = 0;

/** One layer of a partner map; it reads when it is shown, when the map moves and when its time has come. */
class LiveLayer extends FeatureGroup {
	/** @param {Options} options */
	constructor(options) {
		super();
		this.about = options;
		this.everywhere = true;
		this.whole = false;
		/** @type {AbortController | undefined} */
		this.reading = undefined;
		this.moved = () => this.whole || this.read();
		this.heard = () => this._map && this.read();
	}

	/** @param {import("leaflet").Map} map */
	onAdd(map) {
		super.onAdd(map);
		map.on("moveend", this.moved);
		if (this.about.refresh_s) {
			const every = Math.max(MIN_REFRESH_S, this.about.refresh_s) * 1000;
			this.timer = setInterval(() => document.visibilityState === "visible" && this.read(), every);
		}
		if (!this.whole) this.read();
		if (this.about.url) hear(this.about.url, this.heard);
		return this;
	}

	/** @param {import("leaflet").Map} map */
	onRemove(map) {
		map.off("moveend", this.moved);
		clearInterval(this.timer);
		this.reading?.abort();
		super.onRemove(map);
		return this;
	}

	/** Read the features and draw them in place of what was there. */
	async read() {
		const map = this._map;
		this.reading?.abort();
		this.reading = new AbortController();
		const { signal } = this.reading;
		try {
			const box = map.getBounds().pad(0.2).toBBoxString();
			let found = await read(this.about, box, this.everywhere, signal);
			if (this.everywhere && !found.whole) {
				this.everywhere = false;
				found = await read(this.about, box, false, signal);
			}
			if (signal.aborted) return;
			this.whole = found.whole;
			this.draw(found.features);
			say(map, this.about.id, news(found, this.about));
		} catch (error) {
			if (!signal.aborted) say(map, this.about.id, text("failed"));
			if (!signal.aborted) console.warn(error);
		}
	}

	/** @param {any[]} features */
	draw(features) {
		this.clearLayers();
		const { about } = this;
		if (about.ground) {
			const drawn = features.filter((feature) => feature.geometry);
			drawn.sort((one, other) => (other.properties.population ?? 0) - (one.properties.population ?? 0));
			this.addLayer(outlines(drawn, about));
			nameTowns(
				this._map,
				drawn.map((feature) => named(feature, about)),
			);
			return;
		}
		const shaped = features.filter((feature) => feature.geometry);
		const casing = shaped.filter((feature) => feature.geometry.type.endsWith("LineString"));
		this.addLayer(
			geoJSON(casing, { interactive: false, style: { color: "#fff", weight: LINE + CASING, opacity: 0.9 } }),
		);
		const shapes = geoJSON(shaped, {
			style: (feature) => style(feature, about),
			pointToLayer: (feature, where) => sign(where, feature, about),
		});
		shapes.bindPopup((layer) => card(/** @type {any} */ (layer).feature, about));
		this.addLayer(shapes);
		const signs = layerGroup();
		for (const feature of shaped) {
			if (!feature.geometry.type.endsWith("Polygon")) continue;
			const middle = geoJSON(feature).getBounds().getCenter();
			signs.addLayer(sign(middle, feature, about).bindPopup(() => card(feature, about)));
		}
		this.addLayer(signs);
		this._map.fire("signs");
		shapes.eachLayer((/** @type {any} */ shape) => {
			if (shape.feature?.geometry.type.endsWith("Polygon")) shape.bringToBack();
		});
	}
}

/**
 * One line about what the map cannot show: too many places, or places without a position, such as a closed park.
 * @param {import("./data.js").Found} found @param {Options} about
 */
function news({ features, matched }, about) {
	const title = about.title + (document.documentElement.lang === "fr" ? "\u00a0:" : ":");
	if (matched > features.length) return `${title} ${text("zoom")}`;
	const names = features.filter((each) => !each.geometry).map((each) => each.properties[about.label] ?? "");
	if (names.length === 0) return "";
	return `${title} ${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? "…" : "."}`;
}

/** @param {any} feature @param {Options} about @returns {import("leaflet").PathOptions} */
function style(feature, about) {
	const drawn = feature?.properties.geom_quality === "schematic";
	const area = Boolean(feature?.geometry.type.endsWith("Polygon"));
	return {
		color: about.colour,
		weight: area ? 2 : LINE,
		dashArray: drawn ? "8 7" : undefined,
		fillColor: about.colour,
		fillOpacity: area ? 0.22 : 0,
	};
}

/** A marker whose picture is a constant of ours; its name is set as an attribute. @param {any} where @param {any} feature @param {Options} about */
function sign(where, feature, about) {
	const picture = document.createElement("span");
	picture.className = `sign sign--${about.icon}`;
	picture.style.backgroundColor = about.colour;
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
	svg.setAttribute("aria-hidden", "true");
	use.setAttribute("href", `#i-${about.icon}`);
	svg.append(use);
	picture.append(svg);
	const icon = divIcon({ html: picture, className: "embed__sign", iconSize: [SIZE, SIZE] });
	const made = marker(where, { icon, alt: "", keyboard: false, zIndexOffset: about.rank ?? 0 });
	made.on("add", () => {
		const element = made.getElement();
		element?.setAttribute("role", "button");
		element?.setAttribute("tabindex", "-1");
		element?.setAttribute("aria-label", `${feature.properties[about.label] ?? ""}, ${about.title}`);
	});
	return made;
}

/** Outlines under everything. @param {any[]} features @param {Options} about */
function outlines(features, about) {
	return geoJSON(features, {
		pane: "ground",
		interactive: false,
		attribution: text("ground"),
		style: { color: "#cfc6b2", weight: 1, fillColor: about.colour, fillOpacity: 1 },
	});
}

/** A town where its name stands. @param {any} feature @param {Options} about @returns {import("../map/names.js").Town} */
function named(feature, about) {
	const { lng, lat } = geoJSON(feature).getBounds().getCenter();
	return [String(feature.properties[about.label] ?? ""), lng, lat];
}

/** @param {import("leaflet").Map} map */
export function sizesByZoom(map) {
	const show = () => {
		map.getContainer().classList.toggle("embed--far", map.getZoom() < FAR_ZOOM);
	};
	map.on("zoomend", show);
	show();
}

/** @param {Options} options */
export function layer(options) {
	drawn += 1;
	return new LiveLayer({ ...options, rank: drawn * ABOVE });
}
