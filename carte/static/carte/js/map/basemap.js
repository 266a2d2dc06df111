// @ts-check
// What lies under the data: communes from our own tiles, names of towns by population and zoom.
import { divIcon, layerGroup, marker, tileLayer } from "../leaflet.js";
import * as brushes from "./brushes.js";
import { MvtLayer } from "./mvtlayer.js";

const NAME_WIDTH = 120;
const NAME_HEIGHT = 26;

/**
 * @param {any} config
 */
export function basemap(config) {
	const names = layerGroup();
	const ground = new MvtLayer(config.tiles.communes, brushes.communes, {
		zIndex: 10,
		attribution: config.attribution,
	});
	const layers = [ground, names];
	if (config.plan)
		layers.splice(0, 1, tileLayer(config.plan, { zIndex: 5, attribution: config.attribution }));
	if (config.ground) layers.splice(1, 0, new MvtLayer(config.ground, brushes.ground, { zIndex: 12 }));
	const group = layerGroup(layers);
	group.on("add", () => {
		// @ts-ignore private but stable in 1.9
		const map = group._map;
		const write = () => placeNames(map, names, config.towns);
		map.on("zoomend moveend", write);
		write();
	});
	return group;
}

/**
 * Names by falling population; a name that would cover another is left out at this zoom.
 * @param {import("leaflet").Map} map
 * @param {import("leaflet").LayerGroup} names
 * @param {[string, number, number][]} towns
 */
function placeNames(map, names, towns) {
	names.clearLayers();
	const view = map.getBounds().pad(0.1);
	/** @type {{x: number, y: number}[]} */
	const taken = [];
	for (const [name, lon, lat] of towns) {
		if (!view.contains([lat, lon])) continue;
		const at = map.latLngToLayerPoint([lat, lon]);
		if (
			taken.some((other) => Math.abs(other.x - at.x) < NAME_WIDTH && Math.abs(other.y - at.y) < NAME_HEIGHT)
		)
			continue;
		taken.push(at);
		const label = document.createElement("span");
		label.className = "town";
		label.textContent = name;
		marker([lat, lon], {
			icon: divIcon({ className: "", iconSize: [0, 0], html: label }),
			interactive: false,
			keyboard: false,
			zIndexOffset: -1000,
		}).addTo(names);
	}
}
