"""Faces: parse, call one service, answer."""
