"""Gray–Scott reaction and diffusion."""
