"""Pages of the open web, fetched so that nobody can be led astray."""
