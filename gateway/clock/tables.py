"""Columns as statements see them; the migration makes them."""

from sqlalchemy import Boolean, Column, Date, MetaData, Table

METADATA = MetaData()

clock = Table("clock", METADATA, Column("single", Boolean, primary_key=True), Column("business_date", Date))
