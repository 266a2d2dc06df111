// @ts-check
// The form without a reload: the server answers the same URL, its list replaces ours.
import { getPage } from "../api.js";

const PAUSE_MS = 250;
const LOW = 0.6; // part of the height of the window
const PARTS = [".home__bar", "#liste", ".nothing"];

/**
 * @param {HTMLFormElement} form
 * @param {() => void} changed
 * @param {(list: Element | null) => void} sort
 */
export function liveFilters(form, changed, sort) {
	/** @type {AbortController | null} */
	let running = null;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let waiting;

	async function ask() {
		running?.abort();
		running = new AbortController();
		const url = new URL(form.action);
		for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, String(value));
		try {
			const page = await getPage(url.pathname + url.search, running.signal);
			sort(page.getElementById("liste"));
			replace(page);
			history.replaceState(history.state, "", url.pathname + url.search + location.hash);
			changed();
		} catch (error) {
			if (!(error instanceof DOMException && error.name === "AbortError")) form.submit();
		}
	}

	form.addEventListener("submit", (event) => {
		event.preventDefault();
		clearTimeout(waiting);
		ask().then(showResults);
	});
	form.addEventListener("input", () => {
		clearTimeout(waiting);
		waiting = setTimeout(ask, PAUSE_MS);
	});
}

/** On a phone the results lie below the form: whoever asks for them sees them. */
function showResults() {
	const bar = document.getElementById("resultats");
	if (bar && bar.getBoundingClientRect().top > innerHeight * LOW) bar.scrollIntoView();
}

/** @param {Document} page */
function replace(page) {
	const list = document.getElementById("liste");
	for (const selector of PARTS) {
		const now = document.querySelector(selector);
		const next = page.querySelector(selector);
		if (selector === ".home__bar" && now && next) {
			const count = now.querySelector("[role=status]");
			const fresh = next.querySelector("[role=status]");
			if (count && fresh && count.textContent !== fresh.textContent) count.textContent = fresh.textContent;
			now.querySelector("a")?.remove();
			const all = next.querySelector("a");
			if (all) now.append(all);
		} else if (now && next) now.replaceWith(next);
		else if (now) now.remove();
		else if (next) list?.after(next);
	}
}
