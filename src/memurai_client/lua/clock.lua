-- The server's clock, in milliseconds: the clocks of callers differ, and are not asked.
local function now_milliseconds()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
