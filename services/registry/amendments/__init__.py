"""What comes after an exit: a return to poverty, an exit found wrong, a public field of it put right; by two persons.

A return leaves the exit as it was and begins a new episode; a revocation takes it back; corrected, it stands.
"""
