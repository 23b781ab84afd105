"""The reports: a module each, listed in ``registry``."""
