// @ts-check
// The form without a reload: the server answers the same URL, its list replaces ours.
import { getPage } from "../api.js";
import { showAnswer } from "./answer.js";

const PAUSE_MS = 250;
const LOW = 0.6; // part of the height of the window

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
			showAnswer(page, (now, next) => now.replaceWith(next));
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
	const results = document.getElementById("resultats");
	if (results && results.getBoundingClientRect().top > innerHeight * LOW) results.scrollIntoView();
}
