#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

#include <crm/detail/wipe.hpp>
#include <crm/secret.hpp>

namespace {

crm::secret made(std::string_view of) { return crm::secret::from_text(of).value(); }

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

constexpr const char* variable = "CRM_CLIENT_SECRET_TEST";

}  // namespace

TEST_CASE("a secret reveals what it was made of", "[base]") { CHECK(made("sk_live-42~!").reveal() == "sk_live-42~!"); }

TEST_CASE("a secret takes only what a header can carry, and does not repeat what it refuses", "[base]") {
  using namespace std::string_view_literals;
  for (const auto bad : {""sv, " "sv, "hunter2 "sv, " hunter2"sv, "hun ter2"sv, "hunter2\t"sv, "hunter2\r"sv,
                         "hunter2\n"sv, "hunter2\r\nX-Evil: 1"sv, "hunter2\0"sv, "hunter2\x7f"sv, "hunter2\x1b"sv,
                         "hunter2\xc3\xa9"sv, "hunter2\xff"sv}) {
    const auto refused = crm::secret::from_text(bad);
    INFO("size " << bad.size());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
    CHECK(refused.error().message.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a moved secret leaves nothing behind", "[base]") {
  auto from = made("hunter2");
  const auto to = std::move(from);
  CHECK(to.reveal() == "hunter2");
  CHECK(from.reveal().empty());
  CHECK_FALSE(from == to);
  from = to;
  CHECK(from == to);
}

TEST_CASE("a copied secret has bytes of its own", "[base]") {
  const auto a = made("hunter2");
  const auto b = a;
  CHECK(a == b);
  CHECK(a.reveal().data() != b.reveal().data());
}

TEST_CASE("secrets compare by every byte", "[base]") {
  CHECK(made("abc") == made("abc"));
  CHECK_FALSE(made("abc") == made("abd"));
  CHECK_FALSE(made("abc") == made("bbc"));
  CHECK_FALSE(made("abc") == made("ab"));
  // Differences that would cancel out, were they added up or xored over the bytes.
  CHECK_FALSE(made("ab") == made("ba"));
}

TEST_CASE("nothing prints or converts a secret", "[base]") {
  STATIC_REQUIRE_FALSE(printable<crm::secret>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<crm::secret, std::string>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<crm::secret, std::string_view>);
  STATIC_REQUIRE(printable<std::string>);
}

TEST_CASE("a missing environment variable is named", "[base]") {
  ::unsetenv(variable);
  const auto missing = crm::secret::from_env(variable);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == std::string{"the environment variable "} + variable + " is not set");
}

TEST_CASE("an unusable environment variable is named, its content is not", "[base]") {
  ::setenv(variable, "hunter2 with a space", 1);
  const auto unusable = crm::secret::from_env(variable);
  ::unsetenv(variable);
  REQUIRE_FALSE(unusable);
  CHECK(unusable.error().message.find(variable) != std::string::npos);
  CHECK(unusable.error().message.find("hunter2") == std::string::npos);
}

TEST_CASE("a secret is read from an environment variable", "[base]") {
  ::setenv(variable, "hunter2", 1);
  const auto read = crm::secret::from_env(variable);
  ::unsetenv(variable);
  REQUIRE(read);
  CHECK(read->reveal() == "hunter2");
}

// --- Files and sources ---

namespace {

/// A file that goes with the test.
class file {
 public:
  explicit file(std::string_view content) {
    const int descriptor = ::mkstemp(path_.data());
    REQUIRE(descriptor >= 0);
    ::close(descriptor);
    std::ofstream{path_, std::ios::binary} << content;
  }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() { ::unlink(path_.c_str()); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/crm_client_secret_XXXXXX";
};

}  // namespace

TEST_CASE("a secret is read from a file, without the line break at its end", "[base]") {
  for (const auto* content : {"hunter2", "hunter2\n", "hunter2\r\n"})
    CHECK(crm::secret::from_file(file{content}.path()).value().reveal() == "hunter2");
}

TEST_CASE("an unusable secret file is told, its content is not", "[base]") {
  for (const auto* content : {"", "\n", "hunter2\n\n", "hunter2\nhunter3\n", "hun ter2", " hunter2"}) {
    const file kept{content};
    const auto refused = crm::secret::from_file(kept.path());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find(kept.path()) != std::string::npos);
    CHECK(refused.error().message.find("hun") == std::string::npos);
  }
  const auto long_one = crm::secret::from_file(file{std::string((64U << 10U) + 1, 'x')}.path());
  REQUIRE_FALSE(long_one);
  CHECK(long_one.error().message == "the credential's file is longer than 64 KiB");
  CHECK(crm::secret::from_file(file{std::string(64U << 10U, 'x')}.path()).has_value());
}

TEST_CASE("a secret file that is not there, or is a folder, is told; a key given for its path is not", "[base]") {
  const auto missing = crm::secret::from_file("sk_live_hunter2");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "the credential's file cannot be opened");
  CHECK_FALSE(crm::secret::from_file("/tmp"));
}

TEST_CASE("a secret comes from a source of the caller's", "[base]") {
  CHECK(crm::secret::from_source([] { return std::string{"hunter2"}; }).value().reveal() == "hunter2");
  CHECK(crm::secret::from_source([]() -> crm::result<std::string> { return std::string{"hunter2"}; }).has_value());
  const auto down = crm::secret::from_source(
      []() -> crm::result<std::string> { return crm::invalid_argument("the vault is sealed"); });
  REQUIRE_FALSE(down);
  CHECK(down.error().message == "the vault is sealed");
  const auto thrown =
      crm::secret::from_source([]() -> std::string { throw std::runtime_error{"hunter2 is not the password"}; });
  REQUIRE_FALSE(thrown);
  CHECK(thrown.error().message == "the credential's source failed");
  CHECK_FALSE(crm::secret::from_source([] { return std::string{"hun ter2"}; }));
}

TEST_CASE("wiping leaves nothing of a text, beyond its end neither", "[base]") {
  std::string given(64, 'x');
  given.resize(40);
  const char* const bytes = given.data();
  crm::detail::wipe(given);
  CHECK(given.empty());
  CHECK(std::all_of(bytes, bytes + 64, [](char c) { return c == 0; }));
}
