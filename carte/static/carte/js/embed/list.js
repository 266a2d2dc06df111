// @ts-check
/** The list below a map follows what is published, as the map does: focus and place stay. */
import { getPage } from "../api.js";
import { freshenCards } from "../live/fresh.js";
import { hearAll } from "./hearing.js";

const GONE = 404;

/** @param {HTMLElement} list */
export function keepList(list) {
	/** @type {AbortController | undefined} */
	let reading;
	hearAll(String(list.dataset.live), async () => {
		reading?.abort();
		reading = new AbortController();
		const { signal } = reading;
		try {
			const page = await getPage(location.href, signal);
			if (!signal.aborted) renew(page);
		} catch (error) {
			// What it is about was withdrawn: the page says so.
			if (/** @type {{status?: number}} */ (error).status === GONE) location.reload();
		}
	});
}

/** A frame of what is not there shows it once it is published. @param {HTMLElement} place */
export function awaitPlace(place) {
	hearAll(String(place.dataset.absent), async () => {
		const isThere = await getPage(location.href).catch(() => null);
		if (isThere) location.reload();
	});
}

/** Put in place what differs. @param {Document} page */
function renew(page) {
	document.title = page.title;
	for (const selector of [".embed__title", ".embed__list summary", ".embed__more"]) {
		const [now, next] = [document.querySelector(selector), page.querySelector(selector)];
		if (now && next && now.innerHTML !== next.innerHTML) now.replaceChildren(...next.childNodes);
	}
	const [now, next] = [document.querySelector(".embed__list ul"), page.querySelector(".embed__list ul")];
	if (now && next) freshenCards(now, next);
}
