// @ts-check
// "Near me": the position sorts the list in the browser and leaves it neither in a request nor in the URL.
import { latLng } from "../leaflet.js";
import { cardOf, readPlaces } from "./places.js";

/**
 * @param {HTMLElement} button
 * @param {HTMLElement} box
 * @param {any} words
 * @param {(text: string) => void} announce
 */
export function nearMe(button, box, words, announce) {
	if (!("geolocation" in navigator)) return;
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
					sortFrom(coords.latitude, coords.longitude, words);
					box.replaceChildren();
					box.hidden = true;
					announce(words.sorted);
				},
				() => {
					told.textContent = words.refused;
					go.remove();
					announce(words.refused);
					/** @type {HTMLElement | null} */ (document.querySelector("select[name=commune]"))?.focus();
				},
				{ enableHighAccuracy: false, timeout: 10_000, maximumAge: 60_000 },
			);
		});
	});
}

/**
 * @param {number} lat
 * @param {number} lon
 * @param {any} words
 */
function sortFrom(lat, lon, words) {
	const here = latLng(lat, lon);
	const list = document.getElementById("liste");
	if (!list) return;
	const away = readPlaces(list).map((place) => ({ place, metres: here.distanceTo([place.lat, place.lon]) }));
	away.sort((a, b) => a.metres - b.metres);
	for (const { place, metres } of away) {
		const card = cardOf(place.id);
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
