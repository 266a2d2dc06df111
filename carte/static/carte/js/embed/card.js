// @ts-check
/** What opens on a place: its name, its kind, how far its drawing can be trusted, the way to its page. */
import { text } from "./frame.js";

/** @param {string} tag @param {string} words @param {string} [className] */
function piece(tag, words, className) {
	const made = document.createElement(tag);
	made.textContent = words;
	if (className) made.className = className;
	return made;
}

/**
 * A name in the language of the page, else as it is stored, marked with its language.
 * @param {any} properties @param {string} label such as `name_fr`
 */
function name(properties, label) {
	const { lang } = document.documentElement;
	const [, stem, stored] = /^(.*)_([a-z]{2})$/.exec(label) ?? [];
	const own = stem ? properties[`${stem}_${lang}`] : "";
	const made = piece("strong", String(own || (properties[label] ?? "")));
	if (!own && stored && stored !== lang) made.lang = stored;
	return made;
}

/**
 * The element for a popup. Every stored text goes through `textContent`.
 * @param {any} feature @param {import("./layer.js").Options} about @returns {HTMLElement}
 */
export function card(feature, about) {
	const { properties, geometry } = feature;
	const box = document.createElement("div");
	box.className = "embed__card";
	box.append(name(properties, about.label), piece("span", about.title));
	if (properties.geom_quality === "schematic") {
		box.append(piece("em", text(geometry.type.endsWith("LineString") ? "schematic_line" : "schematic")));
	} else if (properties.geom_quality === "approximate") {
		box.append(piece("em", text("approximate")));
	}
	const key = about.key ? properties[about.key] : "";
	if (about.page && key) {
		const link = /** @type {HTMLAnchorElement} */ (piece("a", text("page")));
		link.href = `${about.page}${encodeURIComponent(key)}/`;
		link.target = "_blank";
		link.rel = "noopener";
		box.append(link);
	}
	return box;
}
