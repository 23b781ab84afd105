"""The order pipeline in Step Functions."""
