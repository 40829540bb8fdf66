"""Quotations: chosen by a rule that is logged, without identifiers, and shown only where a person approved them."""
