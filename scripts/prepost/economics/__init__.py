"""The economic model: typed inputs, chains of products, and how uncertain what they give is."""
