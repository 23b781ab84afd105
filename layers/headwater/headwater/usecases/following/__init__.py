"""What stands behind the figures of each report: lists of rows that sum to them."""
