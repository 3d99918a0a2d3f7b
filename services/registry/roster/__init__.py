"""The roster: households with their people, handed in as one XLSX file, taken whole household by household."""
