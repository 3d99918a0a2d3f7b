"""Who gets which flat: the list is frozen, the seed published, then drawn so that anybody can draw it again."""
