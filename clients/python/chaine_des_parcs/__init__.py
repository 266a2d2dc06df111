"""Client of the public API; `api` needs the standard library only, `maps` needs folium."""
