"""Double precision for this folder's tests."""

import jax

# As the solvers and the functionals set it: a type that is not named would show here.
jax.config.update("jax_enable_x64", True)
