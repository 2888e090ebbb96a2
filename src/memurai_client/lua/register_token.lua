-- KEYS: the user's tokens. ARGV: the token's end in seconds, grace in seconds, its id. Ended tokens leave the list.
local now = now_milliseconds() / 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.3f', now - ARGV[2]))
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[3])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
redis.call('EXPIREAT', KEYS[1], last + ARGV[2])
return redis.status_reply('OK')
