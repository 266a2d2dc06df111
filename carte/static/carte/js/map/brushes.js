// @ts-check
// How each kind of shape is drawn (colours of the identity).

/** @typedef {import("./mvtlayer.js").Brush} Brush */

/** @type {Brush} */
export function communes(context) {
	context.fillStyle = "#faf6ec";
	context.strokeStyle = "#d3cbb6";
	context.lineWidth = 1;
	context.setLineDash([]);
	return true;
}

const GROUND = { built: "#e3dacb", water: "#8fbcd4", wood: "#c9dfc1" };
const WIDTHS = [4, 3, 2, 1];

/**
 * Our own ground: areas without an edge, roads white by rank, railways grey.
 * @type {Brush}
 */
export function ground(context, properties, zoom) {
	const kind = /** @type {keyof typeof GROUND} */ (properties.kind);
	context.setLineDash(properties.kind === "rail" ? [6, 4] : []);
	context.fillStyle = GROUND[kind] ?? "transparent";
	context.strokeStyle =
		properties.kind === "road" ? "#ffffff" : properties.kind === "rail" ? "#a39c8c" : context.fillStyle;
	const wide =
		properties.kind === "road" ? (WIDTHS[properties.rank] ?? 1) : properties.kind === "water" ? 2 : 1;
	context.lineWidth = zoom < 12 ? wide / 2 : wide;
	return true;
}

/**
 * @param {() => Set<string> | null} shown
 * @returns {Brush}
 */
export function parks(shown) {
	return (context, properties) => {
		const only = shown();
		if (only && !only.has(properties.id)) return false;
		context.fillStyle = "rgb(156 202 146 / 70%)";
		context.strokeStyle = "#1f6b45";
		context.lineWidth = 1.5;
		context.setLineDash(properties.geom_quality === "schematic" ? [4, 4] : []);
		return true;
	};
}

/**
 * @param {Set<string>} closed
 * @param {() => Set<string> | null} shown
 * @returns {Brush}
 */
export function trails(closed, shown) {
	return (context, properties, zoom) => {
		const only = shown();
		if (only && !only.has(properties.id)) return false;
		const isClosed = closed.has(properties.id);
		context.strokeStyle = isClosed ? "#8c1d18" : zoom < 12 ? "rgb(154 59 18 / 60%)" : "#9a3b12";
		context.lineWidth = zoom < 12 ? 1.5 : 3.5;
		context.setLineDash(isClosed ? [1, 7] : properties.geom_quality === "schematic" ? [7, 6] : []);
		return true;
	};
}
