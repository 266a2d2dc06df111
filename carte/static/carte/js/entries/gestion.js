// @ts-check
// The editor: what is drawn and what is typed are the same field.
import "@geoman-io/leaflet-geoman-free";
import { getJson, getPublicJson, pageData } from "../api.js";
import { fromText, joined, toText } from "../editor/geometry.js";
import { keepWithoutNetwork } from "../editor/offline.js";
import { keepToken } from "../editor/token.js";
import { divIcon, geoJSON, layerGroup, marker } from "../leaflet.js";
import { networkMap } from "../map/network.js";

const config = pageData("carte-config");
const editor = /** @type {HTMLElement | null} */ (document.querySelector("[data-editor]"));
const box = document.getElementById("carte");
const present = pageData("carte-trace");
// From this zoom on neighbours are drawn to snap to; below it there are too many.
const NEAR_ZOOM = 13;
const NEIGHBOURS = ["parcs", "sentiers"];

keepToken();
keepWithoutNetwork();
if (editor && box && config) start(editor, box);
else if (box?.hasAttribute("data-shape") && config) showPresent(networkMap(box, config).map, true);

/**
 * The shape that the record has now: seen, not edited.
 * @param {any} map
 * @param {boolean} fit
 */
function showPresent(map, fit) {
	if (!present) return;
	/** @param {any} geometry @param {string} color @param {boolean} faint */
	const shown = (geometry, color, faint) =>
		geoJSON(geometry, {
			style: { color, weight: 4, dashArray: faint ? "8 6" : "", fillOpacity: 0.1 },
			// @ts-ignore Geoman's: never edited, but snapped to
			pmIgnore: true,
			snapIgnore: false,
			pointToLayer: (_feature, at) =>
				marker(at, { icon: pin(faint), keyboard: false, interactive: false, pmIgnore: true }),
		}).addTo(map);
	const layers =
		"proposed" in present
			? [shown(present.present, "#4c5a5e", true), shown(present.proposed, "#1b5e86", false)]
			: [shown(present, "#4c5a5e", true)];
	const area = layers[0].getBounds();
	for (const layer of layers) area.extend(layer.getBounds());
	if (fit) map.fitBounds(area, { padding: [30, 30], maxZoom: 16 });
}

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} place
 */
function start(root, place) {
	const type = String(root.dataset.editor);
	const field = /** @type {HTMLTextAreaElement} */ (document.getElementById(String(root.dataset.field)));
	const told = root.querySelector("[data-told]");
	const mine = (root.dataset.territory ?? "").split(",").map(Number);
	const bounds =
		mine.length === 4
			? [
					[mine[1], mine[0]],
					[mine[3], mine[2]],
				]
			: config.bounds;
	const { map } = networkMap(place, { ...config, bounds });
	/** @type {any} */
	const draw = /** @type {any} */ (map).pm;
	draw.setLang(document.documentElement.lang);
	// A trail may cross itself; an outline may not.
	draw.setGlobalOptions({
		snapDistance: 15,
		allowSelfIntersection: type !== "MULTIPOLYGON",
		continueDrawing: false,
		pathOptions: { color: "#1b5e86", weight: 4 },
	});
	const isPoint = type === "POINT";
	showPresent(map, !field.value.trim());
	if (!isPoint) neighbours(map);
	draw.addControls({
		position: "topright",
		drawMarker: false,
		drawCircle: false,
		drawCircleMarker: false,
		drawText: false,
		drawRectangle: false,
		drawPolyline: type === "LINESTRING" || type === "GEOMETRY",
		drawPolygon: type === "MULTIPOLYGON" || type === "GEOMETRY",
		editMode: !isPoint,
		dragMode: false,
		cutPolygon: type === "MULTIPOLYGON",
		rotateMode: false,
		removalMode: !isPoint,
	});
	// Geoman names the box around a tool, not the tool.
	for (const tool of place.querySelectorAll(".leaflet-buttons-control-button")) {
		tool.setAttribute("aria-label", tool.parentElement?.title ?? "");
	}
	/** @type {any[]} */
	let layers = [];
	let precision = "";

	/** @param {any} layer */
	function follow(layer) {
		layers.push(layer);
		layer.on("pm:edit pm:dragend dragend", write);
		layer.on("pm:remove", () => {
			layers = layers.filter((each) => each !== layer);
			write();
		});
		layer.on("pm:intersect", () => place.setAttribute("data-wrong", ""));
	}

	function write() {
		place.removeAttribute("data-wrong");
		field.value = layers.length ? toText(joined(layers.map((layer) => layer.toGeoJSON().geometry))) : "";
		look();
	}

	function clear() {
		for (const layer of layers) layer.remove();
		layers = [];
	}

	/** @param {boolean} fit */
	function read(fit) {
		const geometry = fromText(field.value, type);
		if (!geometry) return;
		clear();
		if (geometry.type === "Point") put(geometry.coordinates[1], geometry.coordinates[0]);
		else {
			geoJSON(geometry, { style: { color: "#1b5e86", weight: 4 } }).eachLayer((/** @type {any} */ layer) => {
				layer.addTo(map);
				follow(layer);
			});
		}
		if (fit && layers.length) {
			if (geometry.type === "Point") map.setView([geometry.coordinates[1], geometry.coordinates[0]], 16);
			else map.fitBounds(geoJSON(geometry).getBounds(), { padding: [30, 30] });
		}
	}

	/**
	 * @param {number} lat
	 * @param {number} lon
	 */
	function put(lat, lon) {
		clear();
		const sign = marker([lat, lon], {
			draggable: !("fixed" in root.dataset),
			keyboard: false,
			icon: pin(),
		});
		sign.addTo(map);
		follow(sign);
	}

	if (isPoint && !("fixed" in root.dataset)) {
		map.on("click", (event) => {
			put(event.latlng.lat, event.latlng.lng);
			precision = "";
			origin("map");
			write();
		});
	}
	map.on("pm:create", (event) => {
		if (type !== "MULTIPOLYGON") clear();
		follow(event.layer);
		write();
	});
	map.on("pm:cut", (/** @type {any} */ event) => {
		layers = layers.filter((each) => each !== event.originalLayer);
		if (map.hasLayer(event.layer)) follow(event.layer);
		write();
	});
	field.addEventListener("change", () => {
		clear();
		precision = "";
		read(true);
		look();
	});

	/** @param {string} value */
	function origin(value) {
		const choice = /** @type {HTMLSelectElement | null} */ (document.getElementById("id_position_source"));
		if (choice) choice.value = value;
	}

	const gps = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-gps]"));
	if (gps && isPoint && !field.disabled && "geolocation" in navigator) {
		gps.hidden = false;
		gps.addEventListener("click", () => {
			gps.disabled = true;
			navigator.geolocation.getCurrentPosition(
				({ coords }) => {
					gps.disabled = false;
					put(coords.latitude, coords.longitude);
					map.setView([coords.latitude, coords.longitude], 17);
					origin("gps");
					const accuracy = /** @type {HTMLInputElement | null} */ (
						document.getElementById("id_position_accuracy_m")
					);
					if (accuracy) accuracy.value = String(Math.round(coords.accuracy));
					precision = config.words.accuracy.replace("{metres}", String(Math.round(coords.accuracy)));
					write();
				},
				() => {
					gps.disabled = false;
					if (told) told.textContent = config.words.noPosition;
				},
				{ enableHighAccuracy: true, timeout: 20_000 },
			);
		});
	}

	/** @type {AbortController | null} */
	let asking = null;

	/** Park and commune at the position, and what looks alike within 50 m. */
	async function look() {
		const url = root.dataset.situation;
		if (!url || !isPoint || !field.value.trim()) return;
		asking?.abort();
		asking = new AbortController();
		try {
			const query = new URLSearchParams({
				position: field.value,
				collection: String(root.dataset.collection),
			});
			const found = await getJson(`${url}?${query}`, asking.signal);
			const park = /** @type {HTMLSelectElement | null} */ (document.getElementById("id_park"));
			if (park && found.park && !park.dataset.chosen)
				park.value = "slug" in park.dataset ? found.park.slug : found.park.uuid;
			if (!layers.length) {
				put(found.position[0], found.position[1]);
				map.setView(found.position, 16);
			}
			if (told) told.textContent = `${precision} ${sentence(found)}`.trim();
		} catch (error) {
			const refused = /** @type {any} */ (error).told?.error;
			if (!(error instanceof DOMException) && told) told.textContent = refused ?? "";
		}
	}
	document.getElementById("id_park")?.addEventListener("change", (event) => {
		/** @type {HTMLSelectElement} */ (event.target).dataset.chosen = "1";
	});

	read(true);
}

/**
 * Parks and trails in view, as something to snap to; drawn below by the tiles already.
 * @param {any} map
 */
function neighbours(map) {
	const near = layerGroup().addTo(map);
	/** @type {AbortController | null} */
	let asking = null;
	const load = async () => {
		asking?.abort();
		if (map.getZoom() < NEAR_ZOOM) {
			near.clearLayers();
			return;
		}
		asking = new AbortController();
		const { signal } = asking;
		const bbox = map.getBounds().pad(0.1).toBBoxString();
		const style = { color: "#4c5a5e", weight: 1, opacity: 0.6, fill: false };
		try {
			const answers = await Promise.all(
				NEIGHBOURS.map((id) =>
					getPublicJson(`${config.tiles[id].split("/tiles/")[0]}/items?bbox=${bbox}&limit=100`, signal),
				),
			);
			near.clearLayers();
			for (const answer of answers)
				geoJSON(answer, { style, interactive: false, pmIgnore: true, snapIgnore: false }).addTo(near);
		} catch {
			// Snapping is a help; drawing goes on without it.
		}
	};
	map.on("moveend", load);
	load();
}

/** @param {any} found */
function sentence(found) {
	const words = config.words;
	const parts = [];
	if (found.park) parts.push(words.inPark.replace("{name}", found.park.name));
	if (found.commune) parts.push(words.inCommune.replace("{name}", found.commune));
	for (const each of found.alike)
		parts.push(words.alike.replace("{name}", each.name).replace("{metres}", String(each.metres)));
	return parts.join(" ");
}

/** @param {boolean} [faint] the position of before */
function pin(faint) {
	const face = document.createElement("span");
	face.className = `sign sign--cabanes${faint ? " sign--before" : " sign--current"}`;
	return divIcon({ className: "", iconSize: [36, 36], html: face });
}
