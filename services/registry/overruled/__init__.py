"""What was said or seen otherwise than a department had attested: it is kept, and the department is told."""
