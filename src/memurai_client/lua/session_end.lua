-- KEYS: the user's sessions, then each session to end. ARGV: each one's handle. Answers how many were there to end.
local ended = 0
for index, handle in ipairs(ARGV) do
  redis.call('ZREM', KEYS[1], handle)
  ended = ended + redis.call('DEL', KEYS[index + 1])
end
return ended
