"""Search for the courses of all patients: counts a day, the printed numbers they imply, and moves that change them."""
