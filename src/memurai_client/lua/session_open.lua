-- KEYS: the new session; its user's sessions; the session that it continues; the sessions of that one's user. Later ones may be missing.
-- ARGV: idle and life in milliseconds, user, handle of the new session, handle of the old one, then names and values.
local now = now_milliseconds()
local ends = now + ARGV[2]
if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('RENAME', KEYS[3], KEYS[1])
end
redis.call('HSET', KEYS[1], '_user', ARGV[3], '_created', now, '_ends', ends)
write(KEYS[1], 6)
redis.call('PEXPIREAT', KEYS[1], math.min(now + ARGV[1], ends))
if KEYS[4] then
  redis.call('ZREM', KEYS[4], ARGV[5])
end
if KEYS[2] then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZADD', KEYS[2], ends, ARGV[4])
  redis.call('PEXPIREAT', KEYS[2], redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2])
end
return now
