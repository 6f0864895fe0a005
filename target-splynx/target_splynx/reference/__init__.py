"""Pages about Splynx's API and the mapping, made from the contract, the models, a live server and the vendor's
document."""
