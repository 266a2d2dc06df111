import assert from "node:assert/strict";
import { test } from "node:test";
import { meets, pause } from "./pauses.js";

test("each pause is twice the one before, five minutes at most", () => {
	assert.deepEqual(
		[1, 2, 3, 12].map((failures) => pause(failures, false, 0)),
		[4000, 8000, 16000, 300000],
	);
});

test("chance adds up to half", () => {
	assert.equal(pause(1, false, 1), 6000);
});

test("a refused map comes back after half a minute or later", () => {
	assert.equal(pause(1, true, 0), 30000);
});

test("a change without a box may be anywhere", () => {
	assert.equal(meets(null, [2, 50, 3, 51]), true);
	assert.equal(meets([1, 50, 1.5, 51], [2, 50, 3, 51]), false);
	assert.equal(meets([2.5, 50, 2.5, 50], [2, 50, 3, 51]), true);
});
