"""Pure methods, without I/O. Import the engine you need; this package stays empty."""
