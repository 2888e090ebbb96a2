-- KEYS: the token's blacklist key. ARGV: the end of its revocation in seconds.
revoke(KEYS[1], ARGV[1])
return redis.status_reply('OK')
