"""The attribution engine: columns in, the credits of all models out (``engine``)."""
