-- The time of every request that passed, for as long as the window is: exact, and the memory of `limit` entries a key.
-- Answers: allowed (1 or 0), remaining requests, milliseconds until the next may pass, milliseconds until all may.
local function take(key, limit, window)
  local now = now_milliseconds()
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local count = redis.call('ZCARD', key)
  if count >= limit then
    -- More than `limit` entries are there when the limit was lowered: as many must leave.
    local leaving = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')[2]
    local newest = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
    return 0, 0, leaving + window - now, newest + window - now
  end
  -- Within one millisecond nothing leaves, so the count tells its requests apart.
  redis.call('ZADD', key, now, now .. ':' .. count)
  redis.call('PEXPIRE', key, window)
  return 1, limit - count - 1, 0, window
end
