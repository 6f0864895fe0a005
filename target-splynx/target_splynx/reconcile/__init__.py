"""Proof that nothing was lost or doubled: the source's money and charges against what Splynx holds and would charge.

`expected` reads the source's side from the stage, `held` reads Splynx, `compare` puts them side by side and explains,
`guard` lets nobody go live without a clean result of the same data.
"""
