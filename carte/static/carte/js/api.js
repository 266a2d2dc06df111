// @ts-check
// The only caller of fetch.

/**
 * A JSON block of the page.
 * @param {string} id
 * @returns {any}
 */
export function pageData(id) {
	const block = document.getElementById(id);
	return block?.textContent ? JSON.parse(block.textContent) : null;
}

/**
 * The bytes at an address, or null when there is nothing (204).
 * @param {string} url
 * @param {AbortSignal} signal
 */
export async function getBytes(url, signal) {
	const response = await fetch(url, { signal });
	if (response.status === 204) return null;
	if (!response.ok) throw new Error(`${response.status} ${url}`);
	return response.arrayBuffer();
}

/**
 * A page as a document, to take parts of it; an error has the `status` of a refusal.
 * @param {string} url
 * @param {AbortSignal} [signal]
 */
export async function getPage(url, signal) {
	const response = await fetch(url, { signal, headers: { Accept: "text/html" } });
	const { status } = response;
	if (!response.ok) throw Object.assign(new Error(`${status} ${url}`), { status });
	return new DOMParser().parseFromString(await response.text(), "text/html");
}

/**
 * JSON at an address.
 * @param {string} url
 * @param {AbortSignal} [signal]
 */
export async function getJson(url, signal) {
	const response = await fetch(url, { signal, headers: { Accept: "application/json" } });
	if (!response.ok) {
		const told = await response.json().catch(() => null);
		throw Object.assign(new Error(`${response.status} ${url}`), { told });
	}
	return response.json();
}

/**
 * JSON at an address as everybody sees it: a signed-in manager gets no draft in a public map.
 * @param {string} url
 * @param {AbortSignal} [signal]
 */
export async function getPublicJson(url, signal) {
	const response = await fetch(url, {
		signal,
		credentials: "omit",
		headers: { Accept: "application/geo+json" },
	});
	if (!response.ok) throw new Error(`${response.status} ${url}`);
	return response.json();
}
