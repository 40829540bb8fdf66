"""The library behind the scripts: mostly pure functions on data frames. It knows nothing of Snakemake."""
