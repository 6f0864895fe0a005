-- Who has which number: each is a voice service of its own.
SELECT id, model, source_key, 'written' AS part, skip FROM shared.did_uses
