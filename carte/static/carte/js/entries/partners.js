// @ts-check
// The partners' page: the answer follows the form and what is published, the zone is taken from the map, code is copied
// by a button.
import { getPage, getPublicJson, pageData } from "../api.js";
import { geoJSON, marker } from "../leaflet.js";
import { follow } from "../live/follow.js";
import { freshen, freshenCards } from "../live/fresh.js";
import { networkMap } from "../map/network.js";
import { copyButton } from "../partners/copying.js";
import { pin, zone } from "../partners/zone.js";

const PAUSE_MS = 400;
const MOST = 300;
const config = pageData("carte-config");
const words = pageData("partenaires-mots");

/** @type {AbortController | null} */
let running = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
/** @type {{redraw: (changes: import("../live/follow.js").Change[] | null) => Promise<void>} | null} */
let answer = null;

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
			const focused = told.contains(document.activeElement) ? nameOf(document.activeElement) : "";
			told.replaceChildren(...fresh.childNodes);
			enhance();
			announce();
			if (focused) focusAgain(told, focused);
		}
		history.replaceState(history.state, "", url);
	} catch (error) {
		// A filter that cannot be read is 400 with its sentence: the page says it.
		if (!(error instanceof DOMException && error.name === "AbortError")) form().submit();
	}
}

/** How many there are, said: a region that is new itself says nothing. */
function announce() {
	const said = document.getElementById("annonce");
	if (said) said.textContent = document.getElementById("compte")?.textContent ?? "";
}

/** @param {Element | null} control */
const nameOf = (control) =>
	control?.getAttribute("aria-label") || control?.textContent || control?.tagName || "";

/** The control of this name, or what can be done with the map. @param {Element} told @param {string} name */
function focusAgain(told, name) {
	const controls = /** @type {HTMLElement[]} */ ([...told.querySelectorAll("a, button, [tabindex]")]);
	const found =
		controls.find((each) => nameOf(each) === name) ?? told.querySelector("#carte-zone .actions button");
	/** @type {HTMLElement | null} */ (found)?.focus({ preventScroll: true });
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
	for (const block of document.querySelectorAll("pre.code"))
		copyButton(/** @type {HTMLElement} */ (block), words);
	const place = document.getElementById("carte-zone");
	if (place && config) show(place).catch(() => place.removeAttribute("data-live"));
}

/** The picture becomes a map, on which a zone can be taken. @param {HTMLElement} place */
async function show(place) {
	answer = null;
	const box = document.createElement("section");
	box.className = "map map--object";
	box.setAttribute("aria-label", words.map);
	place.replaceChildren(box);
	const network = networkMap(box, config);
	const field = /** @type {HTMLInputElement} */ (document.getElementById("p-bbox"));
	zone(network.map, place, words, field.value, (bbox) => {
		field.value = bbox;
		ask(false);
	});
	let drawn = (await draw(place)).addTo(network.map);
	const area = drawn.getBounds();
	if (area.isValid()) network.map.fitBounds(area, { padding: [24, 24], maxZoom: 15, animate: false });
	if (!place.isConnected) return;
	answer = {
		async redraw(changes) {
			network.redrawWhere(changes);
			const next = await draw(place);
			drawn.remove();
			drawn = next.addTo(network.map);
		},
	};
}

/** What was asked for, as a layer. @param {HTMLElement} place */
async function draw(place) {
	const query = new URLSearchParams(place.dataset.parameters);
	query.set("limit", String(MOST));
	query.set("f", "geojson");
	return geoJSON(await getPublicJson(`${place.dataset.items}?${query}`), {
		style: { color: "#7a2e12", weight: 3, fillOpacity: 0.15 },
		pointToLayer: (_feature, at) => marker(at, { icon: pin(), keyboard: false, interactive: false }),
	});
}

const shown = () => location.pathname + location.search;

/** What changed elsewhere: the map keeps its place, the list its focus. @type {import("../live/follow.js").Heard} */
async function heard(changes) {
	const asked = shown();
	const [page] = await Promise.all([
		getPage(asked).catch(() => null),
		answer?.redraw(changes).catch(() => {}),
	]);
	// The form was used meanwhile: what came is of another choice.
	if (asked !== shown()) {
		await heard([]);
		return;
	}
	const [count, counted] = [document.getElementById("compte"), page?.getElementById("compte")];
	const [rows, fresh] = [document.getElementById("fiches"), page?.getElementById("fiches")];
	if (!page || !count || !counted || !rows || !fresh) return;
	if (count.innerHTML !== counted.innerHTML) {
		count.replaceChildren(...counted.childNodes);
		announce();
	}
	freshen(page, "#reponse .notice", count);
	const [list, next] = [rows.querySelector("ol"), fresh.querySelector("ol")];
	if (list && next) freshenCards(list, next);
	else rows.replaceChildren(...fresh.childNodes);
}

listen();
enhance();
// What was refused came as a page of its own.
/** @type {HTMLElement | null} */ (document.querySelector("#demande [aria-invalid]"))?.focus();
if (config?.live) follow(config.live, heard);
