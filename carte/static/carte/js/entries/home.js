// @ts-check
import { getPage, pageData } from "../api.js";
import { showAnswer } from "../list/answer.js";
import { liveFilters } from "../list/filters.js";
import { nearMe } from "../list/near.js";
import { markCard, readPlaces } from "../list/places.js";
import { follow } from "../live/follow.js";
import { freshen, freshenCards } from "../live/fresh.js";
import { networkMap } from "../map/network.js";

const config = pageData("carte-config");
const box = document.getElementById("carte");
const status = document.getElementById("compte");

/** @param {string} text */
function announce(text) {
	if (status) status.textContent = text;
}

const near = document.getElementById("pres-de-moi");
const position = document.getElementById("position");
const sort = near && position ? nearMe(near, position, config.words, announce) : () => {};

/** @type {ReturnType<typeof networkMap> | null} */
let network = null;

function start() {
	if (network || !box) return;
	try {
		network = networkMap(box, config, {
			keepAddress: true,
			isAnswer: true,
			onChoose(id) {
				const card = markCard(id);
				card?.scrollIntoView({ block: "nearest" });
				/** @type {HTMLElement | null | undefined} */ (card?.querySelector("a"))?.focus();
			},
		});
		network.live.addEventListener("keydown", (event) => {
			if (event.key === "Escape")
				/** @type {HTMLElement | null} */ (document.querySelector("[data-current] .card__map"))?.focus();
		});
		box.querySelector(".map__picture")?.remove();
		refresh();
		if (config.live) follow(config.live, heard);
	} catch (error) {
		const told = document.createElement("p");
		told.className = "map__failed";
		told.textContent = config.words.failed;
		box.append(told);
		throw error;
	}
}

function refresh() {
	const list = document.getElementById("liste");
	if (list) network?.show(readPlaces(list));
	for (const button of document.querySelectorAll(".card__map")) button.removeAttribute("hidden");
}

const address = () => location.pathname + location.search;

/** What changed elsewhere: tiles where it happened, cards that differ. @type {import("../live/follow.js").Heard} */
async function heard(changes) {
	network?.redrawWhere(changes);
	const asked = address();
	const page = await getPage(asked).catch(() => null);
	// A filter came between: the page that was asked for is of another list.
	if (asked !== address()) {
		await heard([]);
		return;
	}
	if (!page) return;
	sort(page.getElementById("liste"));
	freshen(page, ".home__closures", document.querySelector(".home__lead"));
	showAnswer(page, (list, fresh) => {
		if (freshenCards(list, fresh)) refresh();
	});
}

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("recherche"));
if (form) liveFilters(form, refresh, sort);

document.addEventListener("click", (event) => {
	const button = /** @type {Element} */ (event.target).closest?.(".card__map");
	const card = /** @type {HTMLElement | null | undefined} */ (button?.closest("[data-place]"));
	if (!card) return;
	start();
	const place = readPlaces(/** @type {ParentNode} */ (card.parentNode)).find(
		({ id }) => id === card.dataset.place,
	);
	if (!place) return;
	markCard(place.id);
	network?.goTo(place);
	announce(config.words.centred.replace("{name}", place.name));
});

box?.addEventListener("pointerdown", start, { once: true });
if (location.hash) start();
else if ("requestIdleCallback" in window) requestIdleCallback(start, { timeout: 2000 });
else setTimeout(start, 200);
