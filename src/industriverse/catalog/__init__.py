"""Plugins: a manifest, a golden run, an about page and a little code each."""
