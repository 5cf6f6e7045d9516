"""The rule language: a typed subset of CEL with three truth values."""
