"""Query parameters: text → typed value, or BadParameter that names the parameter."""
