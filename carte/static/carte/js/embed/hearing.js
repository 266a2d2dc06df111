// @ts-check
/** Changes of the collections that a partner map shows: one stream for all its layers. */
import { follow } from "../live/follow.js";

/** @type {Map<string, Set<() => void>>} */
const layers = new Map();

/**
 * Have a layer read again when something of its collection changed.
 * @param {string} url address of its features
 * @param {() => void} read
 */
export function hear(url, read) {
	const found = /^(.*\/)collections\/([^/?]+)\//.exec(url);
	if (!found) return;
	const [, root, collection] = found;
	if (layers.size === 0) follow({ url: `${root}live` }, told);
	layers.set(collection, (layers.get(collection) ?? new Set()).add(read));
}

/** @type {import("../live/follow.js").Heard} */
function told(changes) {
	const names = changes ? new Set(changes.map((change) => change.collection)) : layers.keys();
	for (const name of names) for (const read of layers.get(name) ?? []) read();
}
