-- rowid is customers.seq. Each word stands between two spaces on either side, so that a word's first and last letters
-- make trigrams of their own: "smyth" and "smith" share no other.
CREATE VIRTUAL TABLE customer_words USING fts5 (words, tokenize = 'trigram');
