// @ts-check
// Parts of the page as the server has them now: only what differs is replaced, focus and place stay.

/** What scripts add to a card is not part of it. @param {Element} card */
function plain(card) {
	const copy = /** @type {Element} */ (card.cloneNode(true));
	copy.removeAttribute("data-current");
	for (const button of copy.querySelectorAll(".card__map")) button.setAttribute("hidden", "");
	return copy.outerHTML;
}

/**
 * Make the list agree with a fresh one, card by card; returns whether anything differed.
 * @param {Element} list
 * @param {Element} fresh
 */
export function freshenCards(list, fresh) {
	const known = new Map([...list.children].map((card) => [key(card), card]));
	let differs = known.size !== fresh.children.length;
	/** @type {Element | null} */
	let before = list.firstElementChild;
	for (const next of [...fresh.children]) {
		const now = known.get(key(next));
		known.delete(key(next));
		if (now && plain(now) === plain(next)) {
			if (now === before) before = now.nextElementSibling;
			else list.insertBefore(now, before);
			continue;
		}
		differs = true;
		if (now?.hasAttribute("data-current")) next.setAttribute("data-current", "");
		if (now === before) before = now?.nextElementSibling ?? null;
		if (now) now.replaceWith(next);
		else list.insertBefore(next, before);
		if (now && before !== next.nextElementSibling) list.insertBefore(next, before);
	}
	for (const gone of known.values()) gone.remove();
	return differs;
}

/** @param {Element} card */
const key = (card) => /** @type {HTMLElement} */ (card).dataset.place ?? card.textContent;

/**
 * Replace the elements of this selector by those of the fresh page, when they differ; new ones come after `anchor`.
 * @param {Document} page
 * @param {string} selector
 * @param {Element | null} anchor
 */
export function freshen(page, selector, anchor) {
	const now = [...document.querySelectorAll(selector)];
	const next = [...page.querySelectorAll(selector)];
	const said = (/** @type {Element[]} */ parts) => parts.map((part) => part.outerHTML).join("");
	if (said(now) === said(next)) return;
	for (const part of now) part.remove();
	anchor?.after(...next);
}
