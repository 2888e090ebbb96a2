-- Write names and values, from one of the arguments on; Lua takes no more than some thousand of them at a time.
local function write(key, first)
  for at = first, #ARGV, 1000 do
    redis.call('HSET', key, unpack(ARGV, at, math.min(at + 999, #ARGV)))
  end
end
