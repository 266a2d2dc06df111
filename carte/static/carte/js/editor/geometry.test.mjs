import assert from "node:assert/strict";
import { test } from "node:test";
import { fromText, joined, toText } from "./geometry.js";

test("a typed position is latitude first", () => {
	assert.deepEqual(fromText("50,41, 2.78".replace("50,41", "50.41"), "POINT"), {
		type: "Point",
		coordinates: [2.78, 50.41],
	});
	assert.equal(toText({ type: "Point", coordinates: [2.78, 50.41] }), "50.410000, 2.780000");
});

test("lines of positions make a line and a closed area", () => {
	assert.equal(fromText("50.4, 2.7\n50.5, 2.8", "LINESTRING").coordinates.length, 2);
	assert.equal(fromText("50.4, 2.7\n50.5, 2.8\n50.4, 2.9", "MULTIPOLYGON").coordinates[0].length, 4);
});

test("metres and nonsense are left to the server", () => {
	for (const text of ["686118 7034174", "abc", "{", "50.4", ""]) assert.equal(fromText(text, "POINT"), null);
});

test("areas join", () => {
	const area = {
		type: "Polygon",
		coordinates: [
			[
				[0, 0],
				[1, 0],
				[1, 1],
				[0, 0],
			],
		],
	};
	assert.equal(joined([area, area]).coordinates.length, 2);
});
