-- A counter that ends with its window, which begins at the first request.
-- Answers: allowed (1 or 0), remaining requests, milliseconds until the next may pass, milliseconds until all may.
local function take(key, limit, window)
  local count = redis.call('INCR', key)
  local left = redis.call('PTTL', key)
  -- A new counter has no end yet. One that was left without an end, or with one beyond the window, gets its end here.
  if left < 0 or left > window then
    redis.call('PEXPIRE', key, window)
    left = window
  end
  if count > limit then
    return 0, 0, math.max(left, 1), left
  end
  return 1, limit - count, 0, left
end
