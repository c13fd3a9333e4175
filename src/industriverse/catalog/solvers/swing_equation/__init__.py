"""The swing equation on a power grid."""
