-- The part of each service's price that its taxes leave out. Only where all its taxes leave out the same: one line of Splynx is taxed as a whole.
-- service_id, cents.
SELECT service_id, most AS cents FROM shared.exempt_amounts WHERE least = most AND most > 0
