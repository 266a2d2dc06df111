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

/** @type {Brush} */
export function parks(context, properties) {
	context.fillStyle = "rgb(156 202 146 / 70%)";
	context.strokeStyle = "#1f6b45";
	context.lineWidth = 1.5;
	context.setLineDash(properties.geom_quality === "schematic" ? [4, 4] : []);
	return true;
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
