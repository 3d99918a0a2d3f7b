"""Whose words a fact rests on, and what they weigh: nobody exits on one cadre's word."""
