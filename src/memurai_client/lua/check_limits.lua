-- KEYS: what is limited, each by itself. ARGV: limit, window in milliseconds. Answers the four numbers of each key, in order.
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local answers = {}
for index, key in ipairs(KEYS) do
  local at = 4 * index
  answers[at - 3], answers[at - 2], answers[at - 1], answers[at] = take(key, limit, window)
end
return answers
