-- What was chosen for a category; one without a row follows the category above it.
CREATE TABLE category_choice (
    category_id {blob} NOT NULL PRIMARY KEY,
    selected {int} NOT NULL
){strict};
INSERT INTO category_choice (category_id, selected) SELECT category_id, 0 FROM deselected;
DROP TABLE deselected;

-- Categories that came from upstream and that no administrator has looked at.
CREATE TABLE category_news (
    category_id {blob} NOT NULL PRIMARY KEY,
    since {int} NOT NULL
){strict};
