// @ts-check
// Our own GridLayer: vector tiles drawn on a canvas.
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader as Pbf } from "pbf";
import { getBytes } from "../api.js";
import { GridLayer } from "../leaflet.js";
import { meets } from "../live/pauses.js";

const SIZE = 256;

/**
 * @typedef {(context: CanvasRenderingContext2D, properties: Record<string, any>, zoom: number) => boolean} Brush
 * sets stroke and fill for a feature; false leaves it out.
 */

/** @type {any} */
export const MvtLayer = GridLayer.extend({
	/**
	 * @param {string} template
	 * @param {Brush} brush
	 * @param {object} options
	 */
	initialize(template, brush, options) {
		// @ts-ignore Leaflet's class system
		GridLayer.prototype.initialize.call(this, options);
		Object.assign(this, { template, brush });
	},

	/**
	 * @param {{x: number, y: number, z: number}} coords
	 * @param {(error?: Error, tile?: HTMLElement) => void} done
	 */
	createTile(coords, done) {
		const canvas = document.createElement("canvas");
		const ratio = Math.min(window.devicePixelRatio || 1, 2);
		canvas.width = canvas.height = SIZE * ratio;
		const stop = new AbortController();
		// @ts-ignore kept for _abort below
		canvas.stop = stop;
		const url = this.template
			.replace("{z}", String(coords.z))
			.replace("{x}", String(coords.x))
			.replace("{y}", String(coords.y));
		getBytes(url, stop.signal)
			.then((bytes) => {
				if (bytes) this.draw(canvas, bytes, coords.z, ratio);
				done(undefined, canvas);
			})
			.catch((error) => done(error, canvas));
		return canvas;
	},

	/**
	 * @param {HTMLCanvasElement} canvas
	 * @param {ArrayBuffer} bytes
	 * @param {number} zoom
	 * @param {number} ratio
	 */
	draw(canvas, bytes, zoom, ratio) {
		const context = canvas.getContext("2d");
		if (!context) return;
		context.lineJoin = context.lineCap = "round";
		for (const layer of Object.values(new VectorTile(new Pbf(bytes)).layers)) {
			const scale = (SIZE * ratio) / layer.extent;
			for (let index = 0; index < layer.length; index += 1) {
				const feature = layer.feature(index);
				if (feature.type === 1 || !this.brush(context, feature.properties, zoom)) continue;
				const path = new Path2D();
				for (const ring of feature.loadGeometry()) {
					for (const [place, { x, y }] of ring.entries()) {
						if (place) path.lineTo(x * scale, y * scale);
						else path.moveTo(x * scale, y * scale);
					}
				}
				context.lineWidth *= ratio;
				if (feature.type === 3) context.fill(path, "evenodd");
				// Edges that the tile's border cut are not drawn: the buffer keeps them outside.
				context.setLineDash(context.getLineDash().map((part) => part * ratio));
				context.stroke(path);
			}
		}
	},

	/** Leaflet's own asks for tiles of a fractional zoom. */
	redraw() {
		if (this._map) {
			this._removeAllTiles();
			this._update();
		}
		return this;
	},

	/** Ask for the tiles anew that a box meets; what they show stays until the new one is there. @param {number[] | null} box */
	redrawWhere(box) {
		if (!this._map) return;
		for (const tile of Object.values(this._tiles)) {
			const bounds = this._tileCoordsToBounds(tile.coords);
			const around = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
			if (meets(box, around)) this.again(tile);
		}
	},

	/** @param {{el: any, coords: {x: number, y: number, z: number}}} tile */
	again(tile) {
		const fresh = this.createTile(this._wrapCoords(tile.coords), (/** @type {Error | undefined} */ error) => {
			const context = tile.el.getContext("2d");
			if (error || !context) return;
			context.setTransform(1, 0, 0, 1, 0, 0);
			context.clearRect(0, 0, tile.el.width, tile.el.height);
			context.drawImage(fresh, 0, 0);
		});
		tile.el.stop?.abort();
		tile.el.stop = fresh.stop;
	},

	/** @param {string} key */
	_removeTile(key) {
		const tile = this._tiles[key];
		tile?.el.stop?.abort();
		// @ts-ignore Leaflet's class system
		GridLayer.prototype._removeTile.call(this, key);
	},
});
