// @ts-check
// The map of one thing: its shape or sign, and the places around it.
import { getPage, pageData } from "../api.js";
import { follow } from "../live/follow.js";
import { freshen } from "../live/fresh.js";
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

	if (config.live)
		follow(config.live, async (changes) => {
			network.redrawWhere(changes);
			const page = await getPage(location.pathname).catch(() => null);
			const fresh = page?.getElementById("carte-objet")?.textContent;
			if (!page || !fresh) return;
			freshen(page, ".notice", document.querySelector("h1"));
			network.show(JSON.parse(fresh).places);
		});
}
