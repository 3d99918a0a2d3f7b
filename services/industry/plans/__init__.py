"""Plans that distribute what a power station earned: by the village, approved by the township, filed by the county."""
