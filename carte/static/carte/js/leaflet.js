// @ts-check
// The one door to Leaflet: a move to its next major version touches this file alone.
import * as L from "leaflet";

export const {
	map,
	marker,
	divIcon,
	geoJSON,
	layerGroup,
	latLng,
	latLngBounds,
	point,
	GridLayer,
	control,
	tileLayer,
	rectangle,
} = L;
export const { Control, DomUtil, FeatureGroup } = L;
/** All of it under one name, as the scripts that folium writes want it. */
export const whole = L;
/** @typedef {L.Map} LeafletMap */
/** @typedef {L.Marker} Marker */
