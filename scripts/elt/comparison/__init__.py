"""What two runs differ in, told without the content of a cell."""
