// @ts-check
// One stream of changes for the page: closed while nobody looks, patient on a bad network.
import { pause } from "./pauses.js";

// Changes of one moment are told together; maps do not all ask the server in the same instant.
const GATHER_MS = 100;
const SPREAD_MS = 600;

/**
 * @typedef {{collection: string, bbox: number[] | null, changes?: {op: string, uuid: string, bbox: number[] | null}[]}} Change
 * @typedef {(changes: Change[] | null) => void} Heard null: read everything again
 */

/**
 * Hear of changes until the function that is returned is called.
 * @param {{url: string, since?: string}} where
 * @param {Heard} heard
 */
export function follow(where, heard) {
	/** @type {EventSource | null} */
	let stream = null;
	let since = where.since ?? "";
	let failures = 0;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let waiting;
	/** @type {Change[] | null} */
	let gathered = [];
	let tellsSoon = false;

	function tell() {
		tellsSoon = false;
		const told = gathered;
		gathered = [];
		heard(told);
	}

	/** @param {Change | null} change */
	function gather(change) {
		if (change === null) gathered = null;
		else gathered?.push(change);
		if (tellsSoon) return;
		tellsSoon = true;
		setTimeout(tell, GATHER_MS + Math.random() * SPREAD_MS);
	}

	function open() {
		clearTimeout(waiting);
		if (stream || document.visibilityState !== "visible" || !navigator.onLine) return;
		const address = new URL(where.url, location.href);
		if (since) address.searchParams.set("since", since);
		stream = new EventSource(address);
		stream.addEventListener("open", () => {
			failures = 0;
		});
		stream.addEventListener("ready", (event) => {
			since = event.lastEventId || since;
		});
		stream.addEventListener("change", (event) => {
			since = event.lastEventId || since;
			gather(JSON.parse(event.data));
		});
		stream.addEventListener("reset", (event) => {
			since = event.lastEventId || since;
			gather(null);
		});
		stream.addEventListener("error", () => {
			const refused = stream?.readyState === EventSource.CLOSED;
			close();
			failures += 1;
			waiting = setTimeout(open, pause(failures, refused, Math.random()));
		});
	}

	function close() {
		clearTimeout(waiting);
		stream?.close();
		stream = null;
	}

	const listening = new AbortController();
	const { signal } = listening;
	document.addEventListener(
		"visibilitychange",
		() => {
			if (document.visibilityState === "visible") open();
			else close();
		},
		{ signal },
	);
	addEventListener("online", open, { signal });
	addEventListener("offline", close, { signal });
	addEventListener("pagehide", close, { signal });
	addEventListener("pageshow", open, { signal });
	open();
	return () => {
		listening.abort();
		close();
	};
}
