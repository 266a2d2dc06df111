// @ts-check
// The pages of an account: a new key has a button that copies it, a message that was just sent shows its answer.
import { getPage, pageData } from "../api.js";
import { copyButton } from "../partners/copying.js";

const AGAIN_MS = 1000;
const MOST = 30;

/** Until one of the messages says something else. @param {HTMLElement} log */
async function hear(log) {
	const told = log.textContent;
	for (let left = MOST; left > 0; left -= 1) {
		await new Promise((done) => setTimeout(done, AGAIN_MS));
		const page = await getPage(location.pathname).catch(() => null);
		const fresh = page?.getElementById(log.id);
		if (!fresh || fresh.textContent === told) continue;
		freshen(log, [...fresh.children]);
		return;
	}
}

/** Only what differs, so that only that is said. @param {HTMLElement} log @param {Element[]} fresh */
function freshen(log, fresh) {
	const rows = [...log.children];
	if (rows.length !== fresh.length) log.replaceChildren(...fresh);
	else
		for (const [place, row] of rows.entries())
			if (row.textContent !== fresh[place].textContent) row.replaceWith(fresh[place]);
}

const words = pageData("partenaires-mots");
for (const block of document.querySelectorAll("pre.code"))
	copyButton(/** @type {HTMLElement} */ (block), words);
/** @type {HTMLElement | null} */
const log = document.querySelector("[data-waits]");
if (log) hear(log);
