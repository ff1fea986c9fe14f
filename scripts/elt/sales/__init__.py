"""Order lines as customers, products and periods see them; what EDA, features and exposé count alike."""
