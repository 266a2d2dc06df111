// @ts-check
// What lies under the data: communes from our own tiles, names of towns by population and zoom.
import { layerGroup, tileLayer } from "../leaflet.js";
import * as brushes from "./brushes.js";
import { MvtLayer } from "./mvtlayer.js";
import { townNames } from "./names.js";

/**
 * @param {any} config
 * @param {() => import("leaflet").LatLngExpression[]} covered where signs stand
 */
export function basemap(config, covered = () => []) {
	const ground = new MvtLayer(config.tiles.communes, brushes.communes, {
		zIndex: 10,
		attribution: config.attribution,
	});
	/** @type {import("leaflet").Layer[]} */
	const layers = [ground, townNames(config.towns, covered)];
	if (config.plan)
		layers.splice(0, 1, tileLayer(config.plan, { zIndex: 5, attribution: config.attribution }));
	if (config.ground) layers.splice(1, 0, new MvtLayer(config.ground, brushes.ground, { zIndex: 12 }));
	return layerGroup(layers);
}
