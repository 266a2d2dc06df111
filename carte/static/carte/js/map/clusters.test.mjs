import assert from "node:assert/strict";
import { test } from "node:test";
import { gather } from "./clusters.js";

const spot = (id, kind, x, y = 0) => ({ id, kind, x, y });

test("near spots are counted under the most important one", () => {
	const [cluster, ...others] = gather(
		[spot("t", "sentiers", 0), spot("p", "parcs", 20), spot("c", "cabanes", 30)],
		10,
	);
	assert.equal(cluster.lead.id, "p");
	assert.equal(cluster.members.length, 3);
	assert.equal(others.length, 0);
});

test("nothing is lost and nothing is counted twice", () => {
	const spots = Array.from({ length: 200 }, (_, n) =>
		spot(String(n), ["parcs", "cabanes", "sentiers"][n % 3], (n * 37) % 500, (n * 91) % 400),
	);
	const ids = gather(spots, 11).flatMap((cluster) => cluster.members.map((member) => member.id));
	assert.equal(new Set(ids).size, 200);
	assert.equal(ids.length, 200);
});

test("from zoom 14 each stands for itself", () => {
	assert.equal(gather([spot("a", "parcs", 0), spot("b", "parcs", 1)], 14).length, 2);
});
