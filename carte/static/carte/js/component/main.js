// @ts-check
// <chaine-des-parcs collection="cabanes" parc="…">: a list and its map in any page, which follow what is published.
// No cookie, no storage, no other host.
import { follow } from "../live/follow.js";
import { pause } from "../live/pauses.js";
import { styles } from "./styles.js";

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
const origin = new URL(script?.src || location.href).origin;
const LANGUAGES = ["fr", "en", "nl"];
const FAILED = {
	fr: "Les lieux ne se chargent pas. Les voir sur le site",
	en: "The places do not load. See them on the site",
	nl: "De plaatsen laden niet. Bekijk ze op de site",
};

/** @typedef {{id: string, name: string, lang: string, line: string, state: string, shade: string, closed: string, url: string}} Place */
/** @typedef {{title: string, lang: string, count: number | null, places: Place[], picture: string, frame: string, page: string, home: string, live: {url: string, since: string}, words: Record<string, string>}} Piece */

/**
 * An element with text, never HTML.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(string | Node)} inside
 */
function make(tag, attributes, ...inside) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) if (value) made.setAttribute(name, value);
	made.append(...inside);
	return made;
}

/**
 * What a refusal says, for whoever wrote the page: the status, the parameter and the words of the problem document.
 * @param {Response} response
 */
async function told(response) {
	const { parameter = "", detail = "" } = await response.json().catch(() => ({}));
	return [response.status, parameter, detail].filter(Boolean).join(" ");
}

// The pieces of the page, and the one stream for all of them: it begins when the first of them is seen.
/** @type {Set<ChaineDesParcs>} */
const pieces = new Set();
/** @type {Piece["live"] | null} */
let live = null;
/** @type {(() => void) | null} */
let stop = null;
const eyes = new IntersectionObserver((seen) => {
	if (live && !stop && seen.some((each) => each.isIntersecting))
		stop = follow(live, () => {
			for (const piece of pieces) piece.load(true);
		});
});

class ChaineDesParcs extends HTMLElement {
	static observedAttributes = ["collection", "parc", "fiche", "filtre", "limite", "carte", "lang", "titre"];

	constructor() {
		super();
		this.root = this.attachShadow({ mode: "open" });
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(styles);
		this.root.adoptedStyleSheets = [sheet];
		/** @type {AbortController | null} */
		this.asking = null;
		this.drawn = "";
		this.failures = 0;
		/** @type {ReturnType<typeof setTimeout> | undefined} */
		this.later = undefined;
	}

	connectedCallback() {
		pieces.add(this);
		this.load();
	}

	disconnectedCallback() {
		clearTimeout(this.later);
		this.asking?.abort();
		eyes.unobserve(this);
		pieces.delete(this);
		if (pieces.size) return;
		stop?.();
		stop = live = null;
	}

	attributeChangedCallback() {
		if (this.isConnected) this.load();
	}

	/** The language: its own, else that of the page, else French. */
	get language() {
		const said = (this.lang || document.documentElement.lang || "fr").slice(0, 2).toLowerCase();
		return LANGUAGES.includes(said) ? said : "fr";
	}

	/** @param {string} path */
	address(path) {
		return `${origin}${this.language === "fr" ? "" : `/${this.language}`}${path}`;
	}

	/** @param {boolean} [heard] whether what is shown stays until it differs, or is withdrawn */
	async load(heard) {
		// Several attributes set in a row are one question.
		const again = heard && this.drawn !== "";
		if (!again) this.drawn = "";
		clearTimeout(this.later);
		this.asking?.abort();
		const asking = new AbortController();
		this.asking = asking;
		await Promise.resolve();
		if (asking.signal.aborted) return;
		const collection = this.getAttribute("collection") || "parcs";
		const query = new URLSearchParams(this.getAttribute("filtre") || "");
		for (const name of ["parc", "fiche", "limite"]) {
			const value = this.getAttribute(name);
			if (value) query.set(name, value);
		}
		const question = this.address(`/integrer/${encodeURIComponent(collection)}.json?${query}`);
		let isGone = false;
		let isRefused = false;
		try {
			const response = await fetch(question, {
				cache: "no-cache",
				credentials: "omit",
				signal: asking.signal,
			});
			isGone = response.status === 404;
			isRefused = response.status >= 400 && response.status < 500;
			if (!response.ok) throw new Error(await told(response));
			const { live: where, ...piece } = await response.json();
			live ??= where;
			eyes.unobserve(this);
			eyes.observe(this);
			this.failures = 0;
			const drawn = JSON.stringify(piece);
			if (again && drawn === this.drawn) return;
			this.draw(piece, again);
			this.drawn = drawn;
			this.dispatchEvent(new CustomEvent("chaine-pret"));
		} catch (error) {
			if (asking.signal.aborted) return;
			// A network that fails, or a service that starts anew, is asked again; a page that is wrong is not.
			if (!isRefused) {
				this.failures += 1;
				this.later = setTimeout(() => this.load(true), pause(this.failures, true, Math.random()));
			}
			if (again ? !isGone : heard && this.root.querySelector("[role=alert]")) return;
			this.drawn = "";
			console.error("<chaine-des-parcs>", String(error));
			const words = FAILED[/** @type {"fr"} */ (this.language)];
			const link = make("a", { href: this.address("/"), target: "_blank", rel: "noopener" }, words);
			this.root.replaceChildren(make("p", { role: "alert", lang: this.language }, link));
			this.dispatchEvent(new CustomEvent("chaine-echec", { detail: String(error) }));
		}
	}

	/** @param {Omit<Piece, "live">} piece @param {boolean} [again] whether focus and the interactive map stay */
	draw(piece, again) {
		const { words } = piece;
		const level = this.getAttribute("titre") || "2";
		const heading = make(
			/^[2-6]$/.test(level) ? `h${level}` : "h2",
			{ class: "title", id: "title" },
			piece.title,
		);
		const mapped = piece.picture !== "" && this.getAttribute("carte") !== "non";
		const kind = mapped ? "box box--map" : "box";
		const box = make("section", { class: kind, lang: piece.lang, "aria-labelledby": "title" });
		box.append(heading, make("p", { class: "count" }, piece.count === 0 ? words.nothing : words.count));
		if (mapped) box.append(this.map(piece));
		box.append(this.list(piece));
		const more = words.more || words.list;
		box.append(
			make(
				"p",
				{ class: "foot" },
				make("a", { href: piece.page, target: "_blank", rel: "noopener" }, more),
				make("span", {}, words.credit),
			),
		);
		const key = (/** @type {Element | null} */ each) => each?.getAttribute("href") || each?.className;
		const focused = again && key(this.root.activeElement);
		const old = again && this.root.querySelector("iframe")?.closest(".box");
		// A frame that is moved is loaded again; it follows by itself.
		if (old)
			for (const part of [".title", ".count", ".list", ".foot"])
				old.querySelector(part)?.replaceWith(/** @type {Element} */ (box.querySelector(part)));
		else this.root.replaceChildren(box);
		if (!focused) return;
		const controls = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll("a, button")]);
		controls.find((each) => key(each) === focused)?.focus({ preventScroll: true });
	}

	/** @param {Omit<Piece, "live">} piece */
	list(piece) {
		const list = make("ol", { class: "list" });
		for (const place of piece.places) {
			const link = make(
				"a",
				{ href: place.url, target: "_blank", rel: "noopener", lang: place.lang },
				place.name,
			);
			const entry = make("li", {}, link);
			if (place.closed) entry.append(make("strong", { class: "closed" }, place.closed));
			if (place.line) entry.append(make("span", { class: "line" }, place.line));
			if (place.state) entry.append(make("span", { class: `state state--${place.shade}` }, place.state));
			list.append(entry);
		}
		return list;
	}

	/** The picture; a press on the button puts the interactive map in its place. @param {Omit<Piece, "live">} piece */
	map(piece) {
		const stage = make("div", { class: "map" });
		const picture = make("img", {
			src: piece.picture,
			width: "720",
			height: "480",
			alt: piece.words.numbers,
			loading: "lazy",
		});
		const button = make("button", { type: "button", class: "button" }, piece.words.map);
		button.addEventListener("click", () => {
			const frame = make("iframe", { src: piece.frame, title: piece.title, width: "720", height: "480" });
			stage.replaceChildren(frame);
			frame.focus();
		});
		stage.append(picture, button);
		return stage;
	}
}

if (!customElements.get("chaine-des-parcs")) customElements.define("chaine-des-parcs", ChaineDesParcs);
