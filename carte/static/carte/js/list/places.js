// @ts-check
// The cards of the page are the data of the map: list and map always agree.

/** @typedef {import("../map/network.js").Place} Place */

/**
 * @param {ParentNode} root
 * @returns {Place[]}
 */
export function readPlaces(root) {
	return [...root.querySelectorAll("[data-place]")].map((card) => {
		const { place, kind, lon, lat, closed } = /** @type {HTMLElement} */ (card).dataset;
		return {
			id: String(place),
			kind: /** @type {Place["kind"]} */ (kind),
			lon: Number(lon),
			lat: Number(lat),
			name: card.querySelector(".card__title")?.textContent?.trim() ?? "",
			closed: closed !== undefined,
		};
	});
}

/** @param {string} id */
export function cardOf(id) {
	return /** @type {HTMLElement | null} */ (document.querySelector(`[data-place="${CSS.escape(id)}"]`));
}

/** @param {string} id */
export function markCard(id) {
	for (const card of document.querySelectorAll("[data-place][data-current]"))
		card.removeAttribute("data-current");
	const card = cardOf(id);
	card?.setAttribute("data-current", "");
	return card;
}
