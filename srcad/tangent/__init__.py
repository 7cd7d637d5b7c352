"""Forward mode: beside each statement, the one that moves its tangent along."""
