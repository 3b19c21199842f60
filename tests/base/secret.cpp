#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

#include <crm/secret.hpp>

namespace {

crm::secret made(std::string_view text) { return crm::secret::from_text(text).value(); }

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
