import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, writeAddress } from "./address.js";

test("what is written is read", () => {
	assert.deepEqual(readAddress(writeAddress(14, 50.4087, 2.7446)), { zoom: 14, lat: 50.4087, lon: 2.7446 });
});

test("what is no place is ignored", () => {
	for (const hash of ["", "#liste", "#99/0/0", "#3/95/0", "#1/2", "#a/b/c"])
		assert.equal(readAddress(hash), null);
});
