"""The whole system on one machine: nothing in here is deployed."""
