"""Heat carried by a flow."""
