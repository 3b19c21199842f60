#include "store/search.hpp"

#include <algorithm>
#include <tuple>

#include "fold.hpp"

namespace reference_crm {

namespace {

constexpr std::size_t least_digits = 3;

std::string phone_word(std::string_view phone) {
  auto digits = digits_of(phone);
  if (digits.size() == 11 && digits[0] == '1') digits.erase(0, 1);  // the country code that some leave out
  return digits;
}

bool is_number(std::string_view word) { return word.find_first_not_of("0123456789") == std::string_view::npos; }

/// A phone number in any of its spellings: digits and the signs that people put between them.
bool looks_like_phone(std::string_view query) {
  return query.find_first_not_of("0123456789+-.()/ \t") == std::string_view::npos &&
         digits_of(query).size() >= least_digits;
}

std::vector<std::string> query_words(const std::string& query) {
  if (looks_like_phone(query)) return {phone_word(query)};

  std::vector<std::string> words;
  std::size_t start = 0;
  while ((start = query.find_first_not_of(" \t\r\n", start)) != std::string::npos) {
    const auto end = std::min(query.find_first_of(" \t\r\n", start), query.size());
    const auto piece = std::string_view(query).substr(start, end - start);
    start = end;
    if (piece.find('@') != std::string_view::npos) {
      words.push_back(fold(piece));
    } else if (looks_like_phone(piece)) {
      words.push_back(phone_word(piece));
    } else {
      for (auto& word : folded_words(piece)) words.push_back(std::move(word));
    }
  }
  return words;
}

std::string padded(std::string_view word) { return "  " + std::string(word) + "  "; }

std::string quoted(const std::string& term) {
  std::string out = "\"";
  for (const char c : term) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

/// The FTS5 expression that finds every customer in whom this word could match, and others.
std::string candidates_for(const std::string& word) {
  // A number is found as it stands: every phone here shares its trigrams with a thousand others.
  if (is_number(word) && word.size() >= least_digits) return quoted(word);

  // An email's domain is common to many; what stands before it tells them apart.
  const auto at = word.find('@');
  std::string sought = "  " + word.substr(0, at == std::string::npos || at == 0 ? word.size() : at + 1);
  // A word of three letters or less must begin right; in a longer one the slip may be anywhere, the start included.
  if (at == std::string::npos && word.size() > 3) sought += "  ";

  std::string expression;
  for (const auto& trigram : trigrams(sought)) expression += (expression.empty() ? "" : " OR ") + quoted(trigram);
  return "(" + expression + ")";
}

/// How well a query's word stands for one of the customer's: 0 for not at all, 1 for the same.
double likeness(std::string_view wanted, std::string_view word) {
  if (wanted == word) return 1.0;
  const double share = static_cast<double>(wanted.size()) / static_cast<double>(std::max(wanted.size(), word.size()));
  if (is_number(wanted))
    return wanted.size() >= least_digits && word.find(wanted) != word.npos ? 0.6 + 0.3 * share : 0.0;
  if (word.starts_with(wanted)) return 0.7 + 0.25 * share;
  // From four letters on: a shorter word has too many neighbours.
  if (wanted.size() >= 4 && word.size() >= 3 && within_one_edit(wanted, word)) return wanted[0] == word[0] ? 0.7 : 0.65;
  if (wanted.size() >= 3 && word.find(wanted) != word.npos) return 0.4 + 0.2 * share;
  return 0.0;
}

/// The mean over the query's words of their best match; 0 as soon as one has none.
double score(const std::vector<std::string>& wanted, std::string_view indexed) {
  std::vector<double> best(wanted.size(), 0.0);
  std::size_t start = 0;
  while ((start = indexed.find_first_not_of(' ', start)) != std::string_view::npos) {
    const auto end = std::min(indexed.find(' ', start), indexed.size());
    const auto word = indexed.substr(start, end - start);
    start = end;
    for (std::size_t i = 0; i < wanted.size(); ++i) best[i] = std::max(best[i], likeness(wanted[i], word));
  }

  double sum = 0.0;
  for (const double one : best) {
    if (one <= 0.0) return 0.0;
    sum += one;
  }
  return sum / static_cast<double>(wanted.size());
}

struct match {
  double score;
  std::string created_at;
  std::string id;
  std::int64_t seq;
};

bool better(const match& left, const match& right) {
  if (left.score != right.score) return left.score > right.score;
  return std::tie(left.created_at, left.id) < std::tie(right.created_at, right.id);
}

}  // namespace

void index_customer(connection& db, const customer& indexed) {
  std::string text;
  const auto add = [&](std::string_view word) {
    if (!word.empty() && text.find(padded(word)) == std::string::npos) text += padded(word);
  };
  for (const auto& word : folded_words(indexed.name)) add(word);
  if (indexed.email) {
    std::string email = fold(*indexed.email);
    std::replace_if(
        email.begin(), email.end(), [](char c) { return c == ' ' || c == '\t' || c == '\n'; }, '_');
    add(email);
    for (const auto& word : folded_words(email.substr(0, email.find('@')))) add(word);
  }
  if (indexed.phone) add(phone_word(*indexed.phone));

  db.execute("DELETE FROM customer_words WHERE rowid = ?", {indexed.seq});
  db.execute("INSERT INTO customer_words (rowid, words) VALUES (?, ?)", {indexed.seq, text});
}

page_of<customer> search_customers(connection& db, const std::string& query, const page_request& page) {
  page_of<customer> found;
  const auto wanted = query_words(query);
  if (wanted.empty()) return found;

  std::string expression;
  for (const auto& word : wanted) expression += (expression.empty() ? "" : " AND ") + candidates_for(word);

  std::vector<match> matches;
  {
    auto rows = db.query(
        "SELECT w.words, c.created_at, c.id, c.seq FROM customer_words w JOIN customers c ON c.seq = w.rowid "
        "WHERE customer_words MATCH ?",
        {expression});
    while (rows.next()) {
      const double reached = score(wanted, rows.text(0));
      if (reached > 0.0) matches.push_back({reached, rows.text(1), rows.text(2), rows.integer(3)});
    }
  }
  std::sort(matches.begin(), matches.end(), better);

  found.total = static_cast<std::int64_t>(matches.size());
  const auto first = std::min(page.offset(), found.total);
  const auto last = std::min(first + page.per_page, found.total);
  for (auto i = first; i < last; ++i) {
    found.items.push_back(find_customer_by_seq(db, matches[static_cast<std::size_t>(i)].seq).value());
  }
  return found;
}

}  // namespace reference_crm
