"""Pieces of the service in other people's pages: a frame, a picture, a list as JSON, a web component, oEmbed."""
