"""The members of a replica's message, read strictly."""

from industriverse.kernel.strict_json import StrictJson

_READ = StrictJson("message")
refuse, members, listed, text = _READ.refuse, _READ.members, _READ.listed, _READ.text
whole, one_of, hexadecimal = _READ.whole, _READ.one_of, _READ.hexadecimal
