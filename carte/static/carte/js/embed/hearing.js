// @ts-check
/** Changes of the collections that a partner map shows: one stream for all its layers, and for its list. */
import { follow } from "../live/follow.js";

const ANY = "";
/** What is read again, by collection. @type {Map<string, Set<() => void>>} */
const readers = new Map();

/**
 * Have a layer read again when something of its collection changed.
 * @param {string} url address of its features
 * @param {() => void} read
 */
export function hear(url, read) {
	const found = /^(.*\/)collections\/([^/?]+)\//.exec(url);
	if (found) listen(`${found[1]}live`, found[2], read);
}

/**
 * Have words read again when anything changed: closures, towns and parks are in them.
 * @param {string} live address of the stream
 * @param {() => void} read
 */
export function hearAll(live, read) {
	listen(live, ANY, read);
}

/** @param {string} live @param {string} collection @param {() => void} read */
function listen(live, collection, read) {
	if (readers.size === 0) follow({ url: live }, told);
	readers.set(collection, (readers.get(collection) ?? new Set()).add(read));
}

/** @type {import("../live/follow.js").Heard} */
function told(changes) {
	const names = changes ? new Set([ANY, ...changes.map((change) => change.collection)]) : readers.keys();
	for (const name of names) for (const read of readers.get(name) ?? []) read();
}
