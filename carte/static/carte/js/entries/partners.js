// @ts-check
// The partners' page: the answer follows the form, the zone is taken from the map, code is copied by a button.
import { getPage, getPublicJson, pageData } from "../api.js";
import { geoJSON, marker } from "../leaflet.js";
import { networkMap } from "../map/network.js";
import { pin, zone } from "../partners/zone.js";

const PAUSE_MS = 400;
const MOST = 300;
const config = pageData("carte-config");
const words = pageData("partenaires-mots");

/** @type {AbortController | null} */
let running = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** The form of now: its place is taken by the server's when another collection is chosen. */
const form = () => /** @type {HTMLFormElement} */ (document.getElementById("demande"));

function address() {
	const url = new URL(form().action);
	for (const [name, value] of new FormData(form())) if (value) url.searchParams.append(name, String(value));
	return url.pathname + url.search;
}

/** @param {boolean} whole whether the fields change too */
async function ask(whole) {
	running?.abort();
	running = new AbortController();
	const url = address();
	try {
		const page = await getPage(url, running.signal);
		if (whole) {
			const next = page.getElementById("demande");
			if (next) form().replaceWith(next);
			listen();
			document.getElementById("p-collection")?.focus();
		}
		const told = document.getElementById("reponse");
		const fresh = page.getElementById("reponse");
		if (told && fresh) {
			told.replaceChildren(...fresh.childNodes);
			enhance();
		}
		history.replaceState(history.state, "", url);
	} catch (error) {
		// A filter that cannot be read is 400 with its sentence: the page says it.
		if (!(error instanceof DOMException && error.name === "AbortError")) form().submit();
	}
}

function listen() {
	form().addEventListener("submit", (event) => {
		event.preventDefault();
		clearTimeout(waiting);
		ask(false);
	});
	form().addEventListener("change", (event) => {
		clearTimeout(waiting);
		const field = /** @type {HTMLInputElement} */ (event.target);
		waiting = setTimeout(() => ask(field.name === "collection"), field.name === "collection" ? 0 : PAUSE_MS);
	});
}

function enhance() {
	for (const block of document.querySelectorAll("pre.code")) copyButton(/** @type {HTMLElement} */ (block));
	const place = document.getElementById("carte-zone");
	if (place && config) show(place).catch(() => place.removeAttribute("data-live"));
}

/** @param {HTMLElement} block */
function copyButton(block) {
	if (!navigator.clipboard || block.previousElementSibling?.classList.contains("copy")) return;
	const button = document.createElement("button");
	button.type = "button";
	button.className = "copy";
	button.textContent = words.copy;
	const of = block.getAttribute("aria-labelledby");
	if (of) button.setAttribute("aria-describedby", of);
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(block.innerText.trim());
			button.textContent = words.copied;
		} catch {
			button.textContent = words.select;
			getSelection()?.selectAllChildren(block);
		}
		setTimeout(() => {
			button.textContent = words.copy;
		}, 2000);
	});
	block.before(button);
}

/** The picture becomes a map, on which a zone can be taken. @param {HTMLElement} place */
async function show(place) {
	const box = document.createElement("section");
	box.className = "map map--object";
	box.setAttribute("aria-label", words.map);
	place.replaceChildren(box);
	const { map } = networkMap(box, config);
	const field = /** @type {HTMLInputElement} */ (document.getElementById("p-bbox"));
	zone(map, place, words, field.value, (bbox) => {
		field.value = bbox;
		ask(false);
	});
	const query = new URLSearchParams(place.dataset.parameters);
	query.set("limit", String(MOST));
	query.set("f", "geojson");
	const found = await getPublicJson(`${place.dataset.items}?${query}`);
	const drawn = geoJSON(found, {
		style: { color: "#7a2e12", weight: 3, fillOpacity: 0.15 },
		pointToLayer: (_feature, at) => marker(at, { icon: pin(), keyboard: false, interactive: false }),
	}).addTo(map);
	const area = drawn.getBounds();
	if (area.isValid()) map.fitBounds(area, { padding: [24, 24], maxZoom: 15, animate: false });
}

listen();
enhance();
