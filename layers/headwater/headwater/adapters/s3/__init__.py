"""The lake and the fact tables in S3."""
