// @ts-check
// Leaflet as folium's scripts need it: whole, under one name.
import * as L from "leaflet";

export const { Control, control, divIcon, DomUtil, FeatureGroup, geoJSON, layerGroup, marker } = L;
export const whole = L;
