"""Follow-ups: who got out is seen again at stated times, by somebody who did not propose the exit; support goes on."""
