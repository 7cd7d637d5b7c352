"""Random programs: generated, judged against central differences, and shrunk when they fail."""
