"""Every combination of the choices that a study declares could have been made otherwise, and what each gives."""

from prepost.specifications.curve import estimate_all

__all__ = ["estimate_all"]
