// @ts-check
// Greedy clusters of 44 pixels. Pure: no map, no page.

const REACH = 44;
const FREE_FROM = 14;
const RANK = { parcs: 0, cabanes: 1, sentiers: 2 };

/**
 * @typedef {{id: string, kind: "parcs"|"cabanes"|"sentiers", x: number, y: number}} Spot position in pixels
 * @typedef {{lead: Spot, members: Spot[]}} Cluster
 */

/**
 * Spots gathered around the most important of them; each is in exactly one cluster.
 * @param {Spot[]} spots
 * @param {number} zoom
 * @returns {Cluster[]}
 */
export function gather(spots, zoom) {
	const ordered = [...spots].sort((a, b) => RANK[a.kind] - RANK[b.kind]);
	if (zoom >= FREE_FROM) return ordered.map((lead) => ({ lead, members: [lead] }));
	/** @type {Cluster[]} */
	const clusters = [];
	for (const spot of ordered) {
		const near = clusters.find(({ lead }) => Math.hypot(lead.x - spot.x, lead.y - spot.y) < REACH);
		if (near) near.members.push(spot);
		else clusters.push({ lead: spot, members: [spot] });
	}
	return clusters;
}
