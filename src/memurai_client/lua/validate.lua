-- KEYS: the token on the blacklist, what is limited, the session (which may be missing).
-- ARGV: limit, window and idle in milliseconds. Answers an outcome, then the limit's four numbers, then the session.
-- A revoked token or an ended session takes nothing from the limit: who holds one could use up its user's.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return {'revoked'}
end
if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 0 then
  return {'no session'}
end
local allowed, remaining, retry, reset = take(KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2]))
if allowed == 0 then
  return {'limited', allowed, remaining, retry, reset}
end
return {'valid', allowed, remaining, retry, reset, KEYS[3] and read_session(KEYS[3], tonumber(ARGV[3])) or {}}
