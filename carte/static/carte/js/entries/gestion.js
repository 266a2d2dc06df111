// @ts-check
// The editor: what is drawn and what is typed are the same field.
import "@geoman-io/leaflet-geoman-free";
import { getJson, pageData } from "../api.js";
import { fromText, joined, toText } from "../editor/geometry.js";
import { divIcon, geoJSON, marker } from "../leaflet.js";
import { networkMap } from "../map/network.js";

const config = pageData("carte-config");
const editor = /** @type {HTMLElement | null} */ (document.querySelector("[data-editor]"));
const box = document.getElementById("carte");

if (editor && box && config) start(editor, box);

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
	draw.setGlobalOptions({ snapDistance: 15, allowSelfIntersection: false, continueDrawing: false });
	const isPoint = type === "POINT";
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
	/** @type {any[]} */
	let layers = [];

	/** @param {any} layer */
	function follow(layer) {
		layers.push(layer);
		layer.on("pm:edit pm:dragend pm:cut dragend", write);
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
		const sign = marker([lat, lon], { draggable: true, icon: pin() });
		sign.addTo(map);
		follow(sign);
	}

	if (isPoint) {
		map.on("click", (event) => {
			put(event.latlng.lat, event.latlng.lng);
			origin("map");
			write();
		});
	}
	map.on("pm:create", (event) => {
		if (type === "LINESTRING") clear();
		follow(event.layer);
		write();
	});
	field.addEventListener("change", () => {
		read(true);
		look();
	});

	/** @param {string} value */
	function origin(value) {
		const choice = /** @type {HTMLSelectElement | null} */ (document.getElementById("id_position_source"));
		if (choice) choice.value = value;
	}

	const gps = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-gps]"));
	if (gps && isPoint && "geolocation" in navigator) {
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
					write();
				},
				() => {
					gps.disabled = false;
					if (told) told.textContent = config.words.refused;
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
			if (park && found.park && !park.dataset.chosen) park.value = found.park.uuid;
			if (told) told.textContent = sentence(found);
		} catch (error) {
			if (!(error instanceof DOMException) && told) told.textContent = "";
		}
	}
	document.getElementById("id_park")?.addEventListener("change", (event) => {
		/** @type {HTMLSelectElement} */ (event.target).dataset.chosen = "1";
	});

	read(true);
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

function pin() {
	const face = document.createElement("span");
	face.className = "sign sign--cabanes sign--current";
	return divIcon({ className: "", iconSize: [36, 36], html: face });
}
