"""The features of customers: their catalogue, and who objected to being profiled."""
