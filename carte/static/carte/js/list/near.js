// @ts-check
// "Near me": the position sorts the list in the browser and leaves it neither in a request nor in the URL.
import { latLng } from "../leaflet.js";
import { readPlaces } from "./places.js";

/**
 * What sorts a list, also one that comes later, once the position is known; before, it leaves it as it is.
 * @param {HTMLElement} button
 * @param {HTMLElement} box
 * @param {any} words
 * @param {(text: string) => void} announce
 * @returns {(list: Element | null) => void}
 */
export function nearMe(button, box, words, announce) {
	/** @type {import("leaflet").LatLng | null} */
	let here = null;
	/** @param {Element | null} list */
	const sort = (list) => {
		if (here && list) sortFrom(here, list, words);
	};
	if (!("geolocation" in navigator)) return sort;
	button.hidden = false;
	button.addEventListener("click", () => {
		box.hidden = false;
		const told = document.createElement("p");
		told.textContent = words.before;
		const go = document.createElement("button");
		go.type = "button";
		go.className = "button";
		go.textContent = words.continue;
		box.replaceChildren(told, go);
		go.focus();
		go.addEventListener("click", () => {
			go.disabled = true;
			navigator.geolocation.getCurrentPosition(
				({ coords }) => {
					here = latLng(coords.latitude, coords.longitude);
					sort(document.getElementById("liste"));
					box.replaceChildren();
					box.hidden = true;
					announce(words.sorted);
				},
				() => {
					told.setAttribute("role", "alert");
					told.textContent = words.refused;
					go.remove();
					/** @type {HTMLElement | null} */ (document.querySelector("select[name=commune]"))?.focus();
				},
				{ enableHighAccuracy: false, timeout: 10_000, maximumAge: 60_000 },
			);
		});
	});
	return sort;
}

/**
 * @param {import("leaflet").LatLng} here
 * @param {Element} list
 * @param {any} words
 */
function sortFrom(here, list, words) {
	const away = readPlaces(list).map((place) => ({ place, metres: here.distanceTo([place.lat, place.lon]) }));
	away.sort((a, b) => a.metres - b.metres);
	for (const { place, metres } of away) {
		const card = list.querySelector(`[data-place="${CSS.escape(place.id)}"]`);
		if (!card) continue;
		let line = card.querySelector(".card__away");
		if (!line) {
			line = document.createElement("p");
			line.className = "card__line card__away";
			card.querySelector(".card__line")?.after(line);
		}
		const km = (metres / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
		line.textContent = words.away.replace("{km}", km);
		list.append(card);
	}
}
