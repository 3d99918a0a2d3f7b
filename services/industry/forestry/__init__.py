"""Farmland that became forest, paid by instalments, and the afforestation cooperatives whose labour is paid."""
