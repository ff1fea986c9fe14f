"""The executive exposé: situation, customers, products, segments, evidence, its words and charts."""
