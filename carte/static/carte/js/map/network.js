// @ts-check
// The live map: base, parks and trails from vector tiles, a sign for each place of the list.
import { control, divIcon, latLngBounds, layerGroup, map as makeMap, marker, point } from "../leaflet.js";
import { readAddress, writeAddress } from "./address.js";
import { basemap } from "./basemap.js";
import * as brushes from "./brushes.js";
import { gather } from "./clusters.js";
import { MvtLayer } from "./mvtlayer.js";

/**
 * @typedef {{id: string, kind: "parcs"|"cabanes"|"sentiers", lat: number, lon: number, name: string, closed: boolean}} Place
 */

const PADDING = 24;
// A4 less its margins, in CSS pixels.
const SHEET = 690;

/**
 * `isAnswer` where the map shows what was asked for and no other park; elsewhere parks are the ground.
 * @param {HTMLElement} box
 * @param {any} config
 * @param {{onChoose?: (id: string) => void, keepAddress?: boolean, isAnswer?: boolean}} options
 */
export function networkMap(box, config, options = {}) {
	const live = document.createElement("div");
	live.className = "map__live";
	live.tabIndex = 0;
	live.setAttribute("role", "group");
	live.setAttribute("aria-label", config.words.keys);
	box.append(live);
	const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
	const map = makeMap(live, {
		preferCanvas: true,
		zoomControl: false,
		// Pictures of text (Plan IGN) stay sharp at whole steps only; our own tiles are lines and areas.
		zoomSnap: config.plan ? 1 : 0.25,
		minZoom: 8,
		maxZoom: 18,
		zoomAnimation: !calm,
		fadeAnimation: !calm,
		markerZoomAnimation: !calm,
		keyboardPanDelta: 120,
	});
	map.attributionControl.setPrefix(false);
	control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
	control
		.zoom({ position: "bottomright", zoomInTitle: config.words.zoomIn, zoomOutTitle: config.words.zoomOut })
		.addTo(map);

	measure(map, live);
	map.on("resize", () => measure(map, live));

	const bounds = latLngBounds(config.bounds);
	const wanted = options.keepAddress ? readAddress(location.hash) : null;
	if (wanted) map.setView([wanted.lat, wanted.lon], wanted.zoom);
	else map.fitBounds(bounds, { padding: point(PADDING, PADDING) });

	/** @type {Set<string>} */
	const closed = new Set();
	/** @type {Set<string> | null} */
	let shown = null;
	/** @type {import("leaflet").LatLngExpression[]} */
	let covered = [];
	basemap(config, () => covered).addTo(map);
	const parks = new MvtLayer(
		config.tiles.parcs,
		brushes.parks(() => (options.isAnswer ? shown : null)),
		{ zIndex: 20 },
	).addTo(map);
	const trails = new MvtLayer(
		config.tiles.sentiers,
		brushes.trails(closed, () => shown),
		{ zIndex: 30 },
	).addTo(map);

	const signs = layerGroup().addTo(map);
	/** @type {Place[]} */
	let places = [];
	let current = "";

	function redraw() {
		signs.clearLayers();
		const zoom = map.getZoom();
		const spots = places.map((place) => {
			const { x, y } = map.project([place.lat, place.lon], zoom);
			return { ...place, x, y };
		});
		const gathered = gather(spots, zoom);
		// @ts-ignore spots are places with pixels
		for (const { lead, members } of gathered) sign(lead, members).addTo(signs);
		// @ts-ignore spots are places with pixels
		covered = gathered.map(({ lead }) => [lead.lat, lead.lon]);
		map.fire("signs");
	}

	/**
	 * @param {Place} lead
	 * @param {Place[]} members
	 */
	function sign(lead, members) {
		const many = members.length > 1;
		const here = members.some((member) => member.id === current);
		const made = marker([lead.lat, lead.lon], {
			icon: divIcon({
				className: "",
				iconSize: [36, 36],
				html: signFace(lead, many ? members.length : 0, here),
			}),
			keyboard: false,
			zIndexOffset: here ? 1000 : 0,
		});
		made.on("add", () => {
			const element = made.getElement();
			if (!element) return;
			element.tabIndex = -1;
			element.setAttribute("role", "button");
			const label = many
				? config.words.cluster.replace("{n}", String(members.length))
				: lead.name + (lead.closed ? `, ${config.words.closed}` : "");
			element.setAttribute("aria-label", label);
			element.title = label;
		});
		made.on("click", () => {
			if (many && map.getZoom() < map.getMaxZoom()) {
				const area = latLngBounds(members.map((member) => [member.lat, member.lon]));
				map.fitBounds(area, { padding: point(60, 60), maxZoom: Math.max(map.getZoom() + 2, 14) });
			} else {
				choose(lead.id);
				options.onChoose?.(lead.id);
			}
		});
		return made;
	}

	/** @param {string} id */
	function choose(id) {
		current = id;
		redraw();
	}

	map.on("zoomend", redraw);
	if (options.keepAddress) {
		map.on("moveend", () => {
			const centre = map.getCenter();
			history.replaceState(
				history.state,
				"",
				location.pathname + location.search + writeAddress(map.getZoom(), centre.lat, centre.lng),
			);
		});
	}

	return {
		map,
		live,
		choose,
		/** @param {Place[]} found */
		show(found) {
			places = found;
			closed.clear();
			for (const place of found) if (place.closed) closed.add(place.id);
			shown = new Set(found.map((place) => place.id));
			for (const layer of /** @type {any[]} */ (options.isAnswer ? [parks, trails] : [trails]))
				layer.redraw();
			redraw();
		},
		/** Draw the tiles anew in which something changed. @param {import("../live/follow.js").Change[] | null} changes */
		redrawWhere(changes) {
			for (const [layer, collection] of /** @type {[any, string][]} */ ([
				[parks, "parcs"],
				[trails, "sentiers"],
			])) {
				if (!changes) layer.redraw();
				else
					for (const change of changes) if (change.collection === collection) layer.redrawWhere(change.bbox);
			}
		},
		/** @param {Place} place */
		goTo(place) {
			choose(place.id);
			map.setView([place.lat, place.lon], Math.max(map.getZoom(), 14));
			live.focus({ preventScroll: false });
		},
	};
}

/**
 * Tell print.css the size that the tiles are for.
 * @param {any} map
 * @param {HTMLElement} live
 */
function measure(map, live) {
	const { x, y } = map.getSize();
	if (matchMedia("print").matches || !x) return;
	live.style.setProperty("--screen-width", `${x}px`);
	live.style.setProperty("--screen-height", `${y}px`);
	live.style.setProperty("--print-zoom", String(Math.min(1, SHEET / x)));
}

/**
 * The face of a sign; no text of a person goes through HTML here.
 * @param {Place} place
 * @param {number} count
 * @param {boolean} here
 */
function signFace(place, count, here) {
	const face = document.createElement("span");
	face.className = `sign sign--${place.kind}${place.closed && !count ? " sign--closed" : ""}${here ? " sign--current" : ""}`;
	const icon = { parcs: "parc", cabanes: "cabane", sentiers: "sentier" }[place.kind];
	face.innerHTML = `<svg class="icon" aria-hidden="true"><use href="#i-${icon}"/></svg>`;
	if (count) {
		const badge = document.createElement("span");
		badge.className = "sign__count";
		badge.textContent = String(count);
		face.append(badge);
	}
	return face;
}
