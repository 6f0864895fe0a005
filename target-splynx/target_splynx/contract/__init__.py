"""What Splynx's API takes: resources, fields, types. Facts as data, checks as code."""
