-- KEYS: the user's tokens, then the blacklist key of each token. ARGV: grace in seconds, then each token's id.
-- A token is revoked for the rest of its life and the grace that those who check it give it. Answers how many were revoked.
local grace = tonumber(ARGV[1])
local revoked = 0
for index = 2, #KEYS do
  local ends = redis.call('ZSCORE', KEYS[1], ARGV[index])
  if ends then
    revoke(KEYS[index], ends + grace)
    redis.call('ZREM', KEYS[1], ARGV[index])
    revoked = revoked + 1
  end
end
return revoked
