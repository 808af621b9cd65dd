-- What was sold: the lines that fall at no rung of the ladder.
SELECT * FROM lines WHERE rung = 6
