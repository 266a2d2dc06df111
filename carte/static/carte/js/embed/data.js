// @ts-check
/** Where the features of a layer come from: our API page after page, or an element of this very page. */
import { getPublicJson } from "../api.js";

const PER_PAGE = 1000;
const MOST = 5000;

/**
 * @typedef {{url?: string, element?: string, current?: boolean}} Source
 * @typedef {{features: any[], whole: boolean, matched: number}} Found
 */

/**
 * The features of a source. `whole` is false when there are too many for one map: only those of the box then.
 * @param {Source} source @param {string} box west,south,east,north @param {boolean} everywhere
 * @param {AbortSignal} signal @returns {Promise<Found>}
 */
export async function read(source, box, everywhere, signal) {
	if (source.element) return inPage(source.element);
	const address = new URL(String(source.url), location.href);
	address.searchParams.set("limit", String(PER_PAGE));
	if (source.current) address.searchParams.set("datetime", `${new Date().toISOString().slice(0, 16)}:00Z/..`);
	if (!everywhere) address.searchParams.set("bbox", box);
	/** @type {any[]} */
	const features = [];
	/** @type {string | undefined} */
	let next = address.pathname + address.search;
	let matched = 0;
	while (next) {
		const page = await getPublicJson(next, signal);
		if (features.length === 0) matched = page.numberMatched ?? Number.POSITIVE_INFINITY;
		if (everywhere && matched > MOST) return { features: [], whole: false, matched };
		features.push(...page.features);
		next = everywhere || features.length < MOST ? following(page) : undefined;
	}
	return { features, whole: everywhere, matched: Math.max(matched, features.length) };
}

/** @param {any} page @returns {string | undefined} */
function following(page) {
	const link = (page.links ?? []).find((/** @type {any} */ each) => each.rel === "next");
	if (!link) return undefined;
	const address = new URL(link.href, location.href);
	return address.pathname + address.search;
}

/** @param {string} id @returns {Found} */
function inPage(id) {
	const { features } = JSON.parse(document.getElementById(id)?.textContent ?? '{"features":[]}');
	return { features, whole: true, matched: features.length };
}
