"""Applications that their applicants withdraw: himself, or on a sheet that two officials vouch for."""
