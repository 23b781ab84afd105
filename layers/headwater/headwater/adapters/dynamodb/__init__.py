"""Accounts, runs, marks, orders, journeys and costs in DynamoDB."""
