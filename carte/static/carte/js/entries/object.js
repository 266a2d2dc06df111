// @ts-check
// The map of one thing: its shape or sign, and the places around it.
import { pageData } from "../api.js";
import { networkMap } from "../map/network.js";

const config = pageData("carte-config");
const here = pageData("carte-objet");
const box = document.getElementById("carte");

if (box && config && here) {
	const network = networkMap(box, config);
	network.show(here.places);
	network.choose(here.id);
	const [[south, west], [north, east]] = here.bounds;
	network.map.fitBounds(
		[
			[south, west],
			[north, east],
		],
		{ maxZoom: 15, padding: [30, 30] },
	);
}
